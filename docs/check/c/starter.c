/*
 * The character-level recurrent neural network in C, held to its laws by
 *
 *     cc -O2 my_rnn.c -o my_rnn -lm
 *     pure-rnn check -- ./my_rnn
 *
 * V characters, H hidden units, N rows, T steps. Arrays are row-major, the first axis outermost: X and Y are characters
 * by their numbers, T x N; h and o hold the hidden states and the scores of all steps, T x N x H and T x N x V.
 */
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  int V, H, N, T;
} Sizes;

/* The parameters, or their gradients: V x H, H x H, H, H x V, V. */
typedef struct {
  double *W_xh, *W_hh, *b_h, *W_hq, *b_q;
} Parameters;

/* Leaves the question; the answer to it says so. */
static jmp_buf unwritten;
_Noreturn void not_written_yet(void) { longjmp(unwritten, 1); }

/* The hidden states h and the scores o of all steps. */
static void forward(Sizes s, Parameters p, const double *h_0, const int *X, double *h, double *o) {
  /* Your part: h_t = tanh(W_xh[x_t] + h_{t-1} W_hh + b_h), and o_t = h_t W_hq + b_q. */
  not_written_yet();
}

/* The logarithm of the sum of exp of a row of scores. */
double log_sum_exp(int V, const double *o) {
  /* Your part: take the largest score out first, so that nothing overflows. */
  not_written_yet();
}

/* The mean of -log P of all T N labels. */
static double loss(Sizes s, const double *o, const int *Y) {
  /* Your part: log P[y] = o[y] - log(sum(exp(o))). */
  not_written_yet();
}

/*
 * Adds the gradients of the loss to g, which is zeros. dH comes with what follows the last step, N x H, and goes with
 * dH_0. h and o are what forward gave.
 */
static void backpropagate(Sizes s, Parameters p, const double *h_0, const int *X, const int *Y, const double *h,
                          const double *o, Parameters g, double *dH) {
  /* Your part: do = (P - Y) / (T N); then from the last step to the first dh, dz = dh (1 - h^2) and the sums. */
  not_written_yet();
}

/* What is written so far: add "loss", and then "backpropagate". */
static const char *can =
  "\"forward\""
  /* Your part, once they are written. */
  ;

/* As much JSON as questions are made of. What is read or computed for a question is freed after its answer. */

typedef struct Json {
  char *name, *text; /* its name in an object; a string */
  double number;
  struct Json *first, *next; /* the first of what is in it; the next beside it */
} Json;

static void *kept[1 << 20];
static int keeping;

static void *keep(size_t bytes) {
  void *memory = keeping < 1 << 20 ? calloc(1, bytes) : NULL;
  if (memory == NULL) {
    fprintf(stderr, "no memory\n");
    exit(1);
  }
  return kept[keeping++] = memory;
}

static char *read_string(const char **at) {
  size_t length = strcspn(++*at, "\"");
  char *text = keep(length + 1);
  memcpy(text, *at, length);
  *at += length + 1;
  return text;
}

static Json *read_json(const char **at) {
  Json *value = keep(sizeof(Json)), **end = &value->first;
  if (**at == '"') {
    value->text = read_string(at);
  } else if (**at == '{' || **at == '[') {
    char close = **at == '{' ? '}' : ']';
    for (++*at; **at != close; *at += **at == ',') {
      char *name = close == '}' ? read_string(at) : NULL;
      *at += close == '}'; /* the colon */
      *end = read_json(at);
      (*end)->name = name;
      end = &(*end)->next;
    }
    ++*at;
  } else {
    char *after;
    value->number = strtod(*at, &after);
    if (after == *at) {
      fprintf(stderr, "not expected here: %s\n", *at);
      exit(1);
    }
    *at = after;
  }
  return value;
}

static Json *field(Json *object, const char *name) {
  for (Json *each = object->first; each != NULL; each = each->next)
    if (strcmp(each->name, name) == 0) return each;
  fprintf(stderr, "expected a question with %s\n", name);
  exit(1);
}

static int length_of(Json *list) {
  int n = 0;
  for (Json *each = list->first; each != NULL; each = each->next) n++;
  return n;
}

/* The numbers in lists of lists, one after another. */
static int flatten(Json *value, double *out) {
  int n = 0;
  if (value->first == NULL) *out = value->number, n = 1;
  for (Json *each = value->first; each != NULL; each = each->next) n += flatten(each, out + n);
  return n;
}

static double *numbers(Json *value, int count) {
  double *out = keep(count * sizeof(double));
  flatten(value, out);
  return out;
}

static int *characters(Json *value, int count) {
  double *from = numbers(value, count);
  int *out = keep(count * sizeof(int));
  for (int i = 0; i < count; i++) out[i] = (int)from[i];
  return out;
}

/* Prints "name": and an array of so many axes as lists of lists. */
static const double *print_lists(const double *a, int axes, const int *shape) {
  if (axes == 0) return printf("%.17g", *a), a + 1;
  printf("[");
  for (int i = 0; i < shape[0]; i++) {
    if (i > 0) printf(",");
    a = print_lists(a, axes - 1, shape + 1);
  }
  printf("]");
  return a;
}

#define PRINT(name, a, ...)                                              \
  do {                                                                   \
    const int shape[] = {__VA_ARGS__};                                   \
    printf("\"%s\":", name);                                             \
    print_lists(a, (int)(sizeof shape / sizeof *shape), shape);          \
  } while (0)

static void answer(Json *q) {
  const char *ask = field(q, "ask")->text;
  if (strcmp(ask, "hello") == 0) {
    printf(", \"name\": \"RNN in C\", \"cell\": \"rnn\", \"stateAdjoint\": true, \"can\": [%s]", can);
    return;
  }
  Json *of = field(q, "parameters"), *x = field(q, "X");
  Sizes s = {length_of(field(of, "b_q")), length_of(field(of, "b_h")), length_of(x->first), length_of(x)};
  Parameters p = {
    numbers(field(of, "W_xh"), s.V * s.H), numbers(field(of, "W_hh"), s.H * s.H), numbers(field(of, "b_h"), s.H),
    numbers(field(of, "W_hq"), s.H * s.V), numbers(field(of, "b_q"), s.V),
  };
  double *h_0 = numbers(field(field(q, "state"), "H_0"), s.N * s.H);
  int *X = characters(x, s.T * s.N);
  double *h = keep(s.T * s.N * s.H * sizeof(double)), *o = keep(s.T * s.N * s.V * sizeof(double));
  if (setjmp(unwritten) != 0) {
    printf(", \"error\": \"not written yet\"");
    return;
  }
  forward(s, p, h_0, X, h, o);

  double mean = 0, *dH = NULL;
  Parameters g = {0};
  if (strcmp(ask, "loss") == 0) mean = loss(s, o, characters(field(q, "Y"), s.T * s.N));
  if (strcmp(ask, "backpropagate") == 0) {
    dH = numbers(field(field(q, "dState"), "dH_T"), s.N * s.H);
    g = (Parameters){
      keep(s.V * s.H * sizeof(double)), keep(s.H * s.H * sizeof(double)), keep(s.H * sizeof(double)),
      keep(s.H * s.V * sizeof(double)), keep(s.V * sizeof(double)),
    };
    backpropagate(s, p, h_0, X, characters(field(q, "Y"), s.T * s.N), h, o, g, dH);
  }

  printf(", ");
  if (strcmp(ask, "forward") == 0) {
    PRINT("O", o, s.T, s.N, s.V);
    printf(", ");
    PRINT("H", h, s.T, s.N, s.H);
    printf(", \"state\": {");
    PRINT("H_T", h + (s.T - 1) * s.N * s.H, s.N, s.H);
    printf("}");
  } else if (strcmp(ask, "loss") == 0) {
    printf("\"loss\": %.17g", mean);
  } else {
    printf("\"gradients\": {");
    PRINT("W_xh", g.W_xh, s.V, s.H);
    printf(", ");
    PRINT("W_hh", g.W_hh, s.H, s.H);
    printf(", ");
    PRINT("b_h", g.b_h, s.H);
    printf(", ");
    PRINT("W_hq", g.W_hq, s.H, s.V);
    printf(", ");
    PRINT("b_q", g.b_q, s.V);
    printf("}, \"dState\": {");
    PRINT("dH_0", dH, s.N, s.H);
    printf("}");
  }
}

int main(void) {
  static char line[1 << 24];
  while (fgets(line, sizeof line, stdin) != NULL) {
    const char *at = line;
    Json *q = read_json(&at);
    printf("{\"id\": %.0f", field(q, "id")->number);
    answer(q);
    printf("}\n");
    fflush(stdout);
    while (keeping > 0) free(kept[--keeping]);
  }
  return 0;
}
