/* Runs a small model from the golden vectors, and compares: an rnn with tanh, of one layer and one row.
 *
 *     cc -o read read.c -lm && ./read models/scratch-rnn-tanh-1-5x3x1x1.json
 *
 * It looks for names as they are written, and reads the numbers after them: enough for these files, not for JSON.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char text[1 << 20];

/* The place behind `name` in quotes, after `from`. */
static const char *after(const char *from, const char *name) {
  char quoted[64];
  snprintf(quoted, sizeof quoted, "\"%s\":", name);
  const char *found = from ? strstr(from, quoted) : NULL;
  if (!found) {
    fprintf(stderr, "there is no %s\n", name);
    exit(1);
  }
  return found + strlen(quoted);
}

/* The numbers of a list at this place; how many there are is known from the sizes. */
static double *list(const char *at, int count) {
  double *numbers = malloc(count * sizeof *numbers);
  for (int i = 0; i < count; i++) {
    char *end;
    numbers[i] = strtod(at + 1, &end);
    if (end == at + 1 || *end != (i + 1 < count ? ',' : ']')) {
      fprintf(stderr, "expected %d numbers\n", count);
      exit(1);
    }
    at = end;
  }
  return numbers;
}

static double *parameter(const char *name, int count) {
  return list(after(after(after(text, "parameters"), name), "values"), count);
}

static int number(const char *name) { return atoi(after(text, name)); }

int main(int argc, char **argv) {
  FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  if (!file) {
    fprintf(stderr, "expected the path of a file\n");
    return 1;
  }
  text[fread(text, 1, sizeof text - 1, file)] = 0;
  fclose(file);
  const int V = number("vocabulary"), H = number("hidden"), T = number("steps");
  const int fits = !strncmp(after(text, "cell"), "\"rnn\"", 5) && !strncmp(after(text, "activation"), "\"tanh\"", 6);
  if (!fits || number("layers") != 1 || number("batch") != 1) {
    fprintf(stderr, "expected an rnn with tanh, of one layer and one row\n");
    return 1;
  }
  const double *W_ih = parameter("rnn.weight_ih_l0", H * V), *W_hh = parameter("rnn.weight_hh_l0", H * H);
  const double *b_ih = parameter("rnn.bias_ih_l0", H), *b_hh = parameter("rnn.bias_hh_l0", H);
  const double *W = parameter("linear.weight", V * H), *b = parameter("linear.bias", V);
  const double *inputs = list(after(text, "inputs"), T), *labels = list(after(text, "labels"), T);
  const double *expected = list(after(text, "logits"), T * V);
  double *state = list(after(after(after(text, "state"), "H"), "values"), H), *next = malloc(H * sizeof *next);
  double loss = 0, off = 0, largest = 0;
  for (int t = 0; t < T; t++) {
    for (int i = 0; i < H; i++) {
      double z = W_ih[i * V + (int)inputs[t]] + b_ih[i] + b_hh[i];
      for (int j = 0; j < H; j++) z += W_hh[i * H + j] * state[j];
      next[i] = tanh(z);
    }
    memcpy(state, next, H * sizeof *state);
    double sum = 0, score = 0;
    for (int v = 0; v < V; v++) {
      double logit = b[v];
      for (int i = 0; i < H; i++) logit += W[v * H + i] * state[i];
      sum += exp(logit);
      if (v == (int)labels[t]) score = logit;
      largest = fmax(largest, fabs(expected[t * V + v]));
      off = fmax(off, fabs(logit - expected[t * V + v]));
    }
    loss += (log(sum) - score) / T;
  }
  const double written = strtod(after(text, "loss"), NULL);
  off = fmax(off / largest, fabs(loss - written) / written);
  printf("%s: loss %.17g, off by %.1e\n", argv[1], loss, off);
  return off <= 1e-14 ? 0 : 1; /* the tolerance of answers in manifest.json */
}
