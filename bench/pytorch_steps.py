#!/usr/bin/env python3
"""Steps of both stages in PyTorch: what `spot-bench steps` is compared with.

    bench/pytorch_steps.py verify FILE...      golden tensors (fix32, tiny32, std64) against these networks and steps
    bench/pytorch_steps.py steps [--preset NAME] [--batch N] [--threads N] [--seconds S] [--device cpu|cuda]
                                 [--precision f32|tf32|bf16] [--channels-last] [--compile] [--stage NAME]
    bench/pytorch_steps.py pretrain --images FOLDER [--steps N] ...      whole training of FOLDER/CLASS/*.jpg by torchvision's loader

`steps` prints lines like those of `spot-bench steps`. bf16 is torch.autocast; --compile compiles the networks' forward passes.
"""
import argparse
import statistics
import sys
import time
from contextlib import nullcontext

import torch
import torch.nn.functional as F

from pytorch_fixtures import verify
from pytorch_network import PRESETS, Networks, damage

DECAY, RATE, EMA = 5e-5, 3e-4, 0.9999


class Optimizer:
    """torch.optim.Adam with L2 on the convolutions' weights, and a moving average of what it trains."""

    def __init__(self, named, rate, decay, betas=(0.5, 0.999), eps=1e-5):
        self.values = [value for value in named.values() if value.requires_grad]
        self.decayed = [value for name, value in named.items() if value.requires_grad and value.dim() > 1]
        self.decay = decay
        plain = [value for value in self.values if value.dim() == 1]
        groups = [{"params": self.decayed, "weight_decay": decay}, {"params": plain}]
        self.adam = torch.optim.Adam(groups, lr=rate, betas=betas, eps=eps)
        self.averages = [value.detach().clone() for value in self.values]

    def step(self, gradients, keep=EMA):
        for value, gradient in zip(self.values, gradients):
            value.grad = gradient
        self.adam.step()
        values = [value.detach() for value in self.values]
        torch._foreach_mul_(self.averages, keep)
        torch._foreach_add_(self.averages, values, alpha=1 - keep)

    def l2(self):
        return 0.5 * self.decay * sum(float(value.detach().double().square().sum()) for value in self.decayed)


class Steps:
    """One step of each stage; `amp` makes the context of the forward passes."""

    def __init__(self, networks, rate=RATE, decay=DECAY, amp=nullcontext, compiled=False):
        self.networks, self.amp, self.compiled = networks, amp, compiled
        named = networks.named()
        self.autoencoding = Optimizer({n: v for n, v in named.items() if n.startswith(("encoder", "decoder"))}, rate, decay)
        self.spotting = Optimizer({n: v for n, v in named.items() if n.startswith("discriminator")}, rate, decay)
        self.repairing = Optimizer({n: v for n, v in named.items() if n.startswith("repair")}, rate, decay)
        wrap = torch.compile if compiled else lambda module: module
        self.autoencode, self.encode = wrap(networks.autoencoder), wrap(networks.autoencoder.encoder)
        self.decode, self.repair = wrap(networks.autoencoder.decoder), wrap(networks.repair)
        self.judge = wrap(networks.discriminator)

    def stage1(self, images, update=True):
        self.networks.autoencoder.train()
        with self.amp():
            reconstructed = self.autoencode(images)
        loss = 30 * (images - reconstructed.float()).square().mean()
        gradients = torch.autograd.grad(loss, self.autoencoding.values)
        if update:
            self.autoencoding.step(gradients)
        return loss, gradients, reconstructed

    def freeze(self):
        """As stage 2 has the autoencoder: in inference mode, without gradients of its own."""
        self.networks.autoencoder.eval().requires_grad_(False)

    def stage2(self, images, mask=None, update=True):
        networks = self.networks
        if mask is None:
            mask = (torch.rand(len(images), 1, networks.grid, networks.grid, device=images.device) > 0.7).float()
        with self.amp():
            with torch.no_grad():
                features = self.encode(images)
                clean = self.decode(features)
                damaged = damage(features.float(), mask)
            corrupt = self.repair(damaged, mask, networks.autoencoder.decoder)
            both = torch.cat([clean.float(), corrupt.float()])
            logits, masks = self.judge(both)
        labels = (torch.arange(len(both), device=images.device) < len(images)).long()
        cross = F.cross_entropy(logits.float(), labels)
        target = torch.cat([torch.ones_like(mask), mask])
        bits = 0.1 * F.binary_cross_entropy_with_logits(masks.float(), target)
        kept = F.interpolate(mask, size=images.shape[2:], mode="nearest")
        error = 30 * (kept * (images - corrupt.float()).square()).sum() / (3 * kept.sum()).clamp_min(1)
        swapped = F.cross_entropy(logits.float(), 1 - labels)
        spotting = torch.autograd.grad(cross + bits, self.spotting.values, retain_graph=True)
        repairing = torch.autograd.grad(swapped + error, self.repairing.values)
        if update:
            self.spotting.step(spotting)
            self.repairing.step(repairing)
        return {"disc.ce": cross, "disc.mask": bits, "repair.ce": swapped, "repair.mse": error}, spotting, repairing

    def features(self, images):
        """conv5 of each image, its mean over the grid, at length 1: what `spot features` writes."""
        self.networks.discriminator.eval()
        with torch.no_grad(), self.amp():
            return F.normalize(self.networks.discriminator.layers(images)[-1].float().mean((2, 3)))


def make(arguments, device):
    if arguments.precision == "tf32" and device.type == "cpu":
        sys.exit("tf32 is a precision of CUDA devices; the processor computes f32 or bf16")
    tf32 = arguments.precision == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = True
    amp = nullcontext
    if arguments.precision == "bf16":
        amp = lambda: torch.autocast(device.type, torch.bfloat16)  # noqa: E731
    if arguments.compile:
        # Two losses are differentiated through one recorded pass.
        from torch._functorch import config
        config.donated_buffer = False
    return amp


def time_runs(run, warm_up, seconds, device):
    """Median milliseconds of a run, processor milliseconds, runs. On a device several runs are waited for together."""
    group = 1 if device.type == "cpu" else 5
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None

    def repeat(fewest, budget):
        times, begin, processor = [], time.perf_counter(), time.process_time()
        while len(times) < fewest or time.perf_counter() - begin < budget:
            start = time.perf_counter()
            for _ in range(group):
                run()
            wait()
            times.append((time.perf_counter() - start) * 1000 / group)
        return times, (time.process_time() - processor) * 1000 / (len(times) * group)

    repeat(3, warm_up)
    times, processor = repeat(3, seconds)
    return sorted(times)[len(times) // 2], processor, len(times) * group


def open_steps(arguments):
    device = torch.device(arguments.device)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    amp = make(arguments, device)
    torch.manual_seed(1)
    image, *sizes = PRESETS[arguments.preset]
    networks = Networks(image, *sizes).to(device)
    if arguments.channels_last:
        networks = networks.to(memory_format=torch.channels_last)
    return device, image, arguments.batch or (16 if image > 32 else 64), Steps(networks, amp=amp, compiled=arguments.compile)


def show(arguments, batch, name, milliseconds, processor, runs):
    print(f"{arguments.preset}\t{batch}\t{torch.get_num_threads()}\t{name}\t{milliseconds:.3f}\t{1000 * batch / milliseconds:.1f}\t"
          f"{processor:.3f}\t{runs}", flush=True)


def time_pretraining(arguments):
    """Mean time of the steps behind the first ten, with the loader's workers beside them."""
    from data_loading import batches, loader
    device, image, batch, steps = open_steps(arguments)
    source = batches(loader(arguments.images, image, batch, arguments.threads or torch.get_num_threads()))
    for name, run in (("autoencoder", steps.stage1), ("spotting", steps.stage2)):
        if name == "spotting":
            steps.freeze()
        for step in range(arguments.steps):
            if step == 10:
                start, processor = time.perf_counter(), time.process_time()
            run(next(source)[0].to(device))
        runs = arguments.steps - 10
        show(arguments, batch, f"{name}+data", (time.perf_counter() - start) * 1000 / runs,
             (time.process_time() - processor) * 1000 / runs, runs)


def time_steps(arguments):
    device, image, batch, steps = open_steps(arguments)
    images = torch.rand(batch, 3, image, image, device=device) * 2 - 1
    if arguments.channels_last:
        images = images.contiguous(memory_format=torch.channels_last)
    for name in ("autoencoder", "spotting", "features"):
        if name == "spotting":
            steps.freeze()
        if arguments.stage and name not in arguments.stage:
            continue
        run = {"autoencoder": steps.stage1, "spotting": steps.stage2, "features": steps.features}[name]
        median, processor, runs = time_runs(lambda: run(images), arguments.warm_up, arguments.seconds, device)  # noqa: B023
        show(arguments, batch, name, median, processor, runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("verify", "steps", "pretrain"))
    parser.add_argument("files", nargs="*")
    parser.add_argument("--preset", choices=PRESETS, default="demo32")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--warm-up", type=float, default=1, help="seconds of each number that do not count")
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", choices=("f32", "tf32", "bf16"), default="f32")
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--stage", action="append", choices=("autoencoder", "spotting", "features"))
    parser.add_argument("--images", help="of pretrain: a folder of class folders")
    parser.add_argument("--steps", type=int, default=40, help="of pretrain, in each stage")
    arguments = parser.parse_args()
    if arguments.what == "pretrain":
        time_pretraining(arguments)
        return 0
    if arguments.what == "steps":
        time_steps(arguments)
        return 0
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    results = [verify(path, lambda networks, rate: Steps(networks, rate), arguments.device) for path in arguments.files]
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
