"""The usual Python path: torchvision's ImageFolder, PIL decode, crop, flip, colour jitter, under a DataLoader.

    python3 data_loading.py FOLDER SIZE SECONDS WORKERS     prints images/s
"""
import sys
import time

import torch
import torchvision
from torchvision import transforms


def loader(folder, size, batch, workers):
    augment = transforms.Compose([
        transforms.RandomResizedCrop(size, scale=(1 / 3, 1.0), ratio=(3 / 4, 4 / 3)),
        transforms.RandomHorizontalFlip(),
        transforms.ColorJitter(brightness=32 / 255, saturation=0.5),
        transforms.ToTensor(),
        transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    ])
    images = torchvision.datasets.ImageFolder(folder, augment)
    return torch.utils.data.DataLoader(
        images, batch_size=batch, shuffle=True, num_workers=workers, drop_last=True, persistent_workers=True)


def batches(source):
    while True:
        yield from source


def main():
    folder, size, seconds, workers = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    torch.set_num_threads(1)
    source = batches(loader(folder, size, 64, workers))
    warm = time.monotonic()
    while time.monotonic() - warm < min(3.0, seconds):
        next(source)
    start, taken = time.monotonic(), 0
    while time.monotonic() - start < seconds:
        taken += len(next(source)[0])
    print(f"{taken / (time.monotonic() - start):.0f}")


if __name__ == "__main__":
    main()
