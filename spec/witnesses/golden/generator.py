"""The project's random generator and what it draws, written again: xoroshiro128+ of Blackman and Vigna (2018), seeded by
the finaliser of MurmurHash3, in plain integers. It shares no code with the project or with what the project uses.
"""
import math

MASK = (1 << 32) - 1
ROUND = (1 << 64) - 1
GOLDEN = 0x9E3779B9


def mixed(word):
    a = ((word ^ (word >> 16)) * 0x85EBCA6B) & MASK
    b = ((a ^ (a >> 13)) * 0xC2B2AE35) & MASK
    return b ^ (b >> 16)


def signed(word):
    return word - (1 << 32) if word >> 31 else word


class Generator:
    def __init__(self, seed):
        a, b, c, d = (mixed((seed + place * GOLDEN) & MASK) for place in (1, 2, 3, 4))
        self.s0, self.s1 = a << 32 | b, c << 32 | d

    def state(self):
        """Four 32-bit integers: the upper and the lower half of each word, as signed numbers."""
        return [signed(word) for s in (self.s0, self.s1) for word in (s >> 32, s & MASK)]

    def next(self):
        """The lower 32 bits of one output."""
        out = (self.s0 + self.s1) & MASK
        a = self.s0 ^ self.s1
        rotated = lambda x, k: (x << k | x >> (64 - k)) & ROUND
        self.s0, self.s1 = rotated(self.s0, 24) ^ a ^ (a << 16 & ROUND), rotated(a, 37)
        return out

    def uniform(self):
        """A multiple of 2^-53 from 0 to below 1: 26 bits of one output above 27 of the next."""
        above, below = self.next() & (1 << 26) - 1, self.next() & (1 << 27) - 1
        return (above << 27 | below) / (1 << 53)

    def uniforms(self, count):
        return [self.uniform() for _ in range(count)]

    def normals(self, count):
        """Box and Muller (1958), one number of each pair."""
        us = self.uniforms(2 * count)
        return [math.sqrt(-2 * math.log(1 - us[2 * i])) * math.cos(2 * math.pi * us[2 * i + 1]) for i in range(count)]

    def shuffled(self, items):
        """Sorted by one uniform key each."""
        keys = self.uniforms(len(items))
        return [item for _, _, item in sorted(zip(keys, range(len(items)), items))]
