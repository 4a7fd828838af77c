"""The AU graph: co-occurrence from labels, its normalised adjacency, the GCN over classifiers."""

import warnings

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from au_cotrain.losses import UNKNOWN

with warnings.catch_warnings():
    # torch-geometric scripts a class at import, which the newest torch deprecates; theirs to mend.
    warnings.filterwarnings("ignore", "`torch.jit.script` is deprecated", FutureWarning)
    from torch_geometric.nn import GCNConv


def cooccurrence(labels: Tensor | np.ndarray, shrinkage: float = 0.0) -> Tensor:
    """Relation of the AUs in training labels (MLCR, relation matrix).

    R[i, j] = P(y_i=1 | y_j=1) − P(y_i=1 | y_j=0), over the faces where both labels are known
    (pairwise-complete); the diagonal is 1. R need not be symmetric.

    Args:
        labels: (N, C) integers 0, 1 or −1 (unknown), **of the training split only**.
        shrinkage: how many faces' worth of prior pulls both conditional probabilities towards
            P(y_i=1) of the pair's faces: 0 none, larger values damp edges of rare AUs.

    Returns:
        (C, C) floats in [−1, 1]. A conditional probability that no face speaks to (an AU never
        or always on) is taken as the marginal one, which makes that edge 0: no entry is ever NaN.

    Raises:
        ValueError: a label is not 0, 1 or −1, or ``labels`` is not (N, C).
    """
    labels = torch.as_tensor(labels)
    if labels.ndim != 2 or not torch.isin(labels, torch.tensor([0, 1, UNKNOWN]).to(labels)).all():
        raise ValueError("labels must be (N, C) integers 0, 1 or -1 (unknown)")
    on, off = (labels == 1).double(), (labels == 0).double()
    both_on, only_j, only_i, neither = on.T @ on, off.T @ on, on.T @ off, off.T @ off

    marginal = _ratio(both_on + only_i, both_on + only_i + only_j + neither)
    given_on = _ratio(both_on + shrinkage * marginal, both_on + only_j + shrinkage, marginal)
    given_off = _ratio(only_i + shrinkage * marginal, only_i + neither + shrinkage, marginal)
    undefined = (both_on + only_j == 0) | (only_i + neither == 0)
    relation = (given_on - given_off).masked_fill(undefined, 0.0)
    return relation.fill_diagonal_(1.0).float()


def _ratio(part: Tensor, whole: Tensor, otherwise: Tensor | float = 0.0) -> Tensor:
    return torch.where(whole > 0, part / whole.clamp(min=1e-12), otherwise)


def normalize_adjacency(adjacency: Tensor) -> Tensor:
    """Symmetrically scaled, transposed adjacency (MLCR, GCN propagation).

    Â = D^-½ Aᵀ D^-½ with A = |adjacency| and D the diagonal of A's **row** sums.

    Args:
        adjacency: (C, C) floats; a relation matrix R may be given as it is, since A = |R|.

    Returns:
        (C, C) non-negative floats of the same dtype; rows and columns of an AU without any edge
        are 0.
    """
    adjacency = torch.as_tensor(adjacency).abs()
    degree = adjacency.sum(1)
    scale = torch.where(degree > 0, degree.clamp(min=1e-12).rsqrt(), 0.0)
    return scale[:, None] * adjacency.T * scale[None, :]


class ClassifierGCN(nn.Module):
    """Graph convolution over classifiers (MLCR, after Kipf & Welling 2017, eq. 9).

    out = Â · LeakyReLU_0.2(Â · X · W1) · W2, no biases; one and the same GCN serves both views.

    W2 starts at 0, so that a residual around the GCN starts as the identity. torch-geometric
    stores weights transposed: ``conv1.lin.weight`` is W1ᵀ, ``conv2.lin.weight`` is W2ᵀ.

    Args:
        width: D+1, the length of a classifier row [w ; b].
        negative_slope: of the LeakyReLU.
    """

    def __init__(self, width: int, negative_slope: float = 0.2) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        # normalize=False: GCNConv would scale by in-degrees of A, the method by its row sums.
        self.conv1 = GCNConv(width, width, bias=False, normalize=False)
        self.conv2 = GCNConv(width, width, bias=False, normalize=False)
        nn.init.zeros_(self.conv2.lin.weight)

    def forward(self, classifiers: Tensor, adjacency: Tensor) -> Tensor:
        """Pass messages between AUs.

        Args:
            classifiers: (C, D+1) rows [w ; b].
            adjacency: (C, C) normalised Â; Â[i, j] weighs what AU j sends to AU i.

        Returns:
            (C, D+1) floats.
        """
        # Every pair is an edge, so that a zero entry of a learned adjacency still gets gradients.
        aus = torch.arange(len(adjacency), device=adjacency.device)
        edges = torch.cartesian_prod(aus, aus).T  # edge (j, i) carries Â[i, j]
        weights = adjacency.T.reshape(-1)
        hidden = F.leaky_relu(self.conv1(classifiers, edges, weights), self.negative_slope)
        out: Tensor = self.conv2(hidden, edges, weights)
        return out
