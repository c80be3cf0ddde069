"""Images as documents of visual words, found through an inverted file (Sivic and Zisserman 2003; thesis 2.1)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from sklearn.cluster import MiniBatchKMeans


class Answer(NamedTuple):
    """What a query finds."""

    scores: Float[np.ndarray, " n"]
    """cosine of each document with the query, in [0, 1]"""
    postings: int
    """how many entries of the file were read"""
    documents: int
    """how many documents were touched at all"""


def build_vocabulary(
    descriptors: Float[np.ndarray, "n d"], n_words: int, *, seed: int
) -> Float[np.ndarray, "n_words d"]:
    """The centres of k-means over descriptors (mini-batches, one start). Raises ValueError for fewer than n_words."""
    if np.ndim(descriptors) != 2 or not 1 <= n_words <= len(descriptors):
        raise ValueError(f"n_words: expected an integer in [1, {len(descriptors)}], got {n_words}")
    # k-means++ on a few thousand descriptors costs more than all of the rest; random starts are as good here
    means = MiniBatchKMeans(n_words, init="random", n_init=1, batch_size=2048, max_iter=5, random_state=seed)
    return means.fit(descriptors).cluster_centers_


def visual_words(descriptors: Float[np.ndarray, "n d"], vocabulary: Float[np.ndarray, "v d"]) -> Int[np.ndarray, " n"]:
    """The number of the nearest word of each descriptor.

    Raises ValueError for a vocabulary without words, descriptors of another length, or numbers that are not finite.
    """
    if np.ndim(vocabulary) != 2 or not len(vocabulary):
        raise ValueError(f"vocabulary: expected at least one word, [v, d], got shape {np.shape(vocabulary)}")
    if np.ndim(descriptors) != 2 or np.shape(descriptors)[1] != np.shape(vocabulary)[1]:
        raise ValueError(f"descriptors: expected [n, {np.shape(vocabulary)[1]}], got {np.shape(descriptors)}")
    for name, values in (("descriptors", descriptors), ("vocabulary", vocabulary)):
        if not np.isfinite(values).all():
            raise ValueError(f"{name}: expected finite numbers, got NaN or infinity")
    squares = (vocabulary**2).sum(axis=1) - 2 * descriptors @ vocabulary.T
    return squares.argmin(axis=1)


class InvertedFile:
    """For each word, the documents that hold it, with the weight that it has there.

    The weight of word i in document d is tf-idf, (n_id / n_d) log(N / N_i): how often the word occurs in the document,
    as a share of the document, times how rare it is among the N documents. Documents are scaled to unit length.

    documents: the words of each, with repetitions, in any order. Raises ValueError for no documents, n_words
    below 1, or words that are not integers in 0 .. n_words - 1.
    """

    def __init__(self, documents: Sequence[Int[np.ndarray, "_"]], n_words: int):
        if not len(documents):
            raise ValueError("documents: expected at least one, got none")
        if n_words < 1:
            raise ValueError(f"n_words: expected at least 1, got {n_words}")
        self.n_documents, self.n_words = len(documents), n_words
        counts = [self._counts(document) for document in documents]
        held_by = np.zeros(n_words)
        for words, _ in counts:
            held_by[words] += 1
        self.idf = np.log(len(documents) / np.maximum(held_by, 1))
        self.postings: list[list[tuple[int, float]]] = [[] for _ in range(n_words)]
        for d, (words, times) in enumerate(counts):
            for word, weight in zip(words, self._weights(words, times), strict=True):
                if weight > 0:
                    self.postings[word].append((d, float(weight)))

    def query(self, words: Int[np.ndarray, "_"]) -> Answer:
        """Scores of all documents; only the lists of the query's own words are read. Raises ValueError as above."""
        scores, read, touched = np.zeros(self.n_documents), 0, set()
        kinds, times = self._counts(words)
        for word, weight in zip(kinds, self._weights(kinds, times), strict=True):
            if weight > 0:
                for document, there in self.postings[word]:
                    scores[document] += weight * there
                    touched.add(document)
                read += len(self.postings[word])
        return Answer(scores, read, len(touched))

    def _counts(self, document: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if np.size(document) and not np.issubdtype(np.asarray(document).dtype, np.integer):
            raise ValueError(f"words: expected integers, got {np.asarray(document).dtype}")
        document = np.asarray(document, int)
        if document.size and (document.min() < 0 or document.max() >= self.n_words):
            raise ValueError(
                f"words: expected numbers in [0, {self.n_words}), got {document.min()} to {document.max()}"
            )
        return np.unique(document, return_counts=True)

    def _weights(self, words: np.ndarray, times: np.ndarray) -> np.ndarray:
        weights = times / max(times.sum(), 1) * self.idf[words]
        return weights / (np.linalg.norm(weights) or 1.0)
