% The character-level recurrent neural network in Octave, held to its laws by
%
%     pure-rnn check -- octave -q my_rnn.m
%
% V characters, H hidden units, N rows, T steps. X and Y are characters by their numbers from 0, T x N; the parameters p
% are W_xh (V x H), W_hh (H x H), b_h (1 x H), W_hq (H x V) and b_q (1 x V). O and H are cells of T matrices.
1;

% The scores O, each N x V, and the hidden states H, each N x H.
function [O, H] = forward(p, H_0, X)
  % Your part: H_t = tanh(X_t W_xh + H_{t-1} W_hh + b_h), and O_t = H_t W_hq + b_q.
  H_t = H_0;
  for t = 1:rows(X)
    H_t = tanh(p.W_xh(X(t, :) + 1, :) + H_t * p.W_hh + p.b_h);
    H{t} = H_t;
    O{t} = H_t * p.W_hq + p.b_q;
  end
  % End of your part.
end

% The logarithms of the probabilities, of each row of scores.
function logP = log_softmax(O)
  % Your part: log P = O - log(sum(exp(O))). Take the largest score from O first, so that nothing overflows.
  O = O - max(O, [], 2);
  logP = O - log(sum(exp(O), 2));
  % End of your part.
end

% The mean of -log P of all T N labels.
function L = loss(O, Y)
  % Your part: of each step, the entries of log P at the labels; rows of one_hot find them.
  L = 0;
  for t = 1:rows(Y)
    L -= sum(sum(one_hot(Y(t, :), columns(O{t})) .* log_softmax(O{t}))) / numel(Y);
  end
  % End of your part.
end

% The gradients of the loss, by the names of p, and dH_0. dH_T is what comes back from after the last step.
function [g, dH_0] = backpropagate(p, H_0, X, Y, dH_T)
  % Your part: dO = (P - Y) / (T N); then from the last step to the first dH_t, dZ_t = dH_t (1 - H_t^2) and the sums.
  [O, H] = forward(p, H_0, X);
  g = structfun(@(A) zeros(size(A)), p, "UniformOutput", false);
  V = columns(O{1});
  H = [{H_0}, H];
  dH_next = dH_T;
  for t = rows(X):-1:1
    [H_prev, H_t] = H{t:t + 1};
    dO = (exp(log_softmax(O{t})) - one_hot(Y(t, :), V)) / numel(Y);
    dH = dO * p.W_hq' + dH_next;
    dZ = dH .* (1 - H_t .^ 2);
    g.W_hq += H_t' * dO;
    g.b_q += sum(dO, 1);
    g.W_xh += one_hot(X(t, :), V)' * dZ;
    g.W_hh += H_prev' * dZ;
    g.b_h += sum(dZ, 1);
    dH_next = dZ * p.W_hh';
  end
  dH_0 = dH_next;
  % End of your part.
end

% A row for each character, 1 in its place.
function rows = one_hot(characters, V)
  rows = eye(V)(characters + 1, :);
end

% What is asked, a line of JSON each, and how it is answered. jsondecode makes a column of a list of numbers, and
% jsonencode a number of a list of one, so that lists are written here, each matrix by its rows.

function p = parameters_of(q)
  p = q.parameters;
  p.b_h = p.b_h(:)';
  p.b_q = p.b_q(:)';
end

function text = row_in_json(row)
  text = ["[" strjoin(arrayfun(@(x) sprintf("%.17g", x), row, "UniformOutput", false), ",") "]"];
end

function text = list_in_json(texts)
  text = ["[" strjoin(texts, ",") "]"];
end

function text = matrix_in_json(A)
  text = list_in_json(cellfun(@row_in_json, num2cell(A, 2)', "UniformOutput", false));
end

function text = matrices_in_json(As)
  text = list_in_json(cellfun(@matrix_in_json, As, "UniformOutput", false));
end

function text = answer_forward(q)
  [O, H] = forward(parameters_of(q), q.state.H_0, q.X);
  text = sprintf('"O":%s,"H":%s,"state":{"H_T":%s}', matrices_in_json(O), matrices_in_json(H), matrix_in_json(H{end}));
end

function text = answer_loss(q)
  [O, H] = forward(parameters_of(q), q.state.H_0, q.X);
  text = sprintf('"loss":%.17g', loss(O, q.Y));
end

function text = answer_backpropagate(q)
  [g, dH_0] = backpropagate(parameters_of(q), q.state.H_0, q.X, q.Y, q.dState.dH_T);
  gradients = sprintf('"W_xh":%s,"W_hh":%s,"b_h":%s,"W_hq":%s,"b_q":%s', matrix_in_json(g.W_xh), ...
    matrix_in_json(g.W_hh), row_in_json(g.b_h), matrix_in_json(g.W_hq), row_in_json(g.b_q));
  text = sprintf('"gradients":{%s},"dState":{"dH_0":%s}', gradients, matrix_in_json(dH_0));
end

% What is written so far: add "loss", and then "backpropagate".
can = {"forward"};
% Your part, once they are written.
can = {"forward", "loss", "backpropagate"};
% End of your part.

% fgetl would wait for what comes after the line; input does not, and fails at the end.
while true
  try
    q = jsondecode(input("", "s"));
  catch
    break;
  end
  try
    switch q.ask
      case "hello"
        names = list_in_json(cellfun(@(name) ['"' name '"'], can, "UniformOutput", false));
        text = ['"name":"RNN in Octave","cell":"rnn","stateAdjoint":true,"can":' names];
      case "forward"
        text = answer_forward(q);
      case "loss"
        text = answer_loss(q);
      case "backpropagate"
        text = answer_backpropagate(q);
    end
  catch failure
    text = ['"error":' jsonencode(failure.message)];
  end
  printf('{"id":%d,%s}\n', q.id, text);
  fflush(stdout);
end
