"""The concise model: torch.nn.RNN, GRU or LSTM, and torch.nn.Linear."""
import torch

LAYERS = {'rnn': torch.nn.RNN, 'gru': torch.nn.GRU, 'lstm': torch.nn.LSTM}


class Concise(torch.nn.Module):
    def __init__(self, cell, activation, layers, V, H):
        super().__init__()
        settings = {'nonlinearity': activation} if cell == 'rnn' else {}
        self.rnn = LAYERS[cell](V, H, num_layers=layers, **settings)
        self.linear = torch.nn.Linear(H, V)
        self.vocabulary = V

    def forward(self, X, state):
        """Logits of the T*N rows, time-major, of inputs X (T x N), and the last state."""
        rows = torch.nn.functional.one_hot(X, self.vocabulary).to(self.linear.weight.dtype)
        outputs, state = self.rnn(rows, state)
        return self.linear(outputs.reshape(-1, outputs.shape[-1])), state
