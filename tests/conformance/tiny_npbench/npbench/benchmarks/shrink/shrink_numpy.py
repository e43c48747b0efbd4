"""Has a result whose size depends on the data at every step."""


def kernel(steps, n, a):
    for _ in range(steps):
        a = a[a > a[0]]
    return a
