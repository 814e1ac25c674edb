"""Golden tensors against the networks and steps of PyTorch: losses, gradients of the first step, losses of five slow steps."""
import json
import struct

import numpy
import torch

from pytorch_network import Networks

# Bounds of the l2 measure, as `spot verify` has them: full files, digests of stage 1 and of stage 2.
BOUNDS = {("ae", False): 5e-4, ("spot", False): 5e-4, ("ae", True): 0.01, ("spot", True): 0.05}
SLOW = 1e-3


def read(path):
    """A safetensors file: its tensors and its metadata."""
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    body, tensors = bytearray(data[8 + size:]), {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        kind = {"F32": "<f4", "I64": "<i8"}[entry["dtype"]]
        tensors[name] = torch.from_numpy(numpy.frombuffer(body[begin:end], kind).reshape(entry["shape"]))
    return tensors, header.get("__metadata__", {})


def generated(name, shape, seed):
    """The start value of a digest's tensor (the README beside the golden files has the formula)."""
    wide = (1 << 64) - 1
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & wide
    base = numpy.uint64(h ^ ((seed * 0x9E3779B97F4A7C15) & wide))
    count = int(torch.Size(shape).numel())
    with numpy.errstate(over="ignore"):
        z = base + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z ^= z >> numpy.uint64(31)
    u = (z >> numpy.uint64(40)).astype(numpy.float64) / 2 ** 24
    discriminator = name.startswith("discriminator")
    if len(shape) == 4:
        fan = (shape[1] + shape[0] / groups(name)) * shape[2] * shape[3]
        c, half = 0, ((6 if discriminator else 12) / fan) ** 0.5
        if name == "decoder.out.weight" or (name.startswith("repair") and name.endswith("conv2.weight")):
            half *= 0.4
    elif name.endswith("running_var"):
        c, half = 1, 0.5
    elif ".bn." in name:
        c, half = (1 if name.endswith(".weight") else 0), 0.2
    else:
        c, half = (0.1 if discriminator else 0), 0.05
    return torch.from_numpy((c + half * (2 * u - 1)).astype(numpy.float32)).reshape(shape)


def groups(name):
    return 2 if name.startswith(("discriminator.conv2", "discriminator.conv4", "discriminator.conv5")) else 1


def load(networks, tensors, seed):
    with torch.no_grad():
        for name, value in networks.named().items():
            shape = list(value.shape)
            if name in ("discriminator.fc1.conv.weight", "discriminator.fc2.weight"):  # matrices here, convolutions there
                grid = networks.grid if "fc1" in name else 1
                shape = [shape[0], shape[1] // grid ** 2, grid, grid]
            stored = tensors.get(f"state0/{name}")
            value.copy_((generated(name, shape, seed) if stored is None else stored).reshape(value.shape))


def deviation(actual, expected):
    actual, expected = actual.double().cpu().flatten(), expected.double().flatten()
    return float((actual - expected).norm() / expected.norm().clamp_min(1e-300))


def sampled(value):
    flat, count = value.flatten(), min(value.numel(), 256)
    return flat[torch.tensor([k * flat.numel() // count for k in range(count)])]


class Comparison:
    """Keeps the largest deviation of each group of tensors and says which are past their bounds."""

    def __init__(self, tensors):
        self.tensors, self.worst, self.compared = tensors, {}, 0

    def compare(self, name, value, bound):
        value = value.detach().cpu()
        for key, actual in ((name, value), (f"sample.{name}", sampled(value))):
            if key in self.tensors:
                self.compared += 1
                off = deviation(actual, self.tensors[key])
                group = name.split("/")[0]
                if not off <= self.worst.get(group, (-1, 0, ""))[0]:
                    self.worst[group] = (off, bound, name)

    def report(self, path):
        for group, (off, bound, name) in self.worst.items():
            verdict = "ok" if off <= bound else "FAILED"
            print(f"{group:16s} l2 {off:.1e} of {bound:.0e} at {name} {verdict}")
        good = self.compared > 0 and all(off <= bound for off, bound, _ in self.worst.values())
        print(f"{path}: {'ok' if good else 'FAILED'}, {self.compared} tensors compared")
        return good


def verify(path, make_steps, device):
    """Replays one file; `make_steps` makes the steps over networks at a learning rate."""
    tensors, metadata = read(path)
    if metadata["kind"] == "ops":
        print(f"{path}: single operations, which PyTorch's own are")
        return True
    a, hyper = json.loads(metadata["architecture"]), json.loads(metadata["hyper"])
    networks = Networks(a["image"], a["stem"], a["widths"], a["alex"], a["fc"], a["conv1_stride"], dropout=0)
    load(networks, tensors, int(metadata["state_seed"]))
    networks.to(device)
    comparison = Comparison(tensors)
    bound = BOUNDS[metadata["kind"], any(name.startswith("sample.") for name in tensors)]
    replay = stage1 if metadata["kind"] == "ae" else stage2
    replay(make_steps(networks, hyper["slow_lr"]), tensors, comparison, bound, device)
    return comparison.report(path)


def stage1(steps, tensors, comparison, bound, device):
    loss, gradients, reconstructed = steps.stage1(tensors["in/x"].to(device), update=False)
    comparison.compare("out/recon", reconstructed, 1e-4)
    comparison.compare("loss/ae.mse", loss, 1e-4)
    compare_gradients(comparison, "grad.ae", steps.networks, steps.autoencoding, gradients, bound)


def stage2(steps, tensors, comparison, bound, device):
    steps.freeze()
    images, mask, curves = tensors["in/x"].to(device), tensors["in/mask"].to(device), ([], [])
    for i in range(5):
        decay = steps.spotting.l2(), steps.repairing.l2()
        losses, *gradients = steps.stage2(images, mask, update=False)
        optimizers = (steps.spotting, steps.repairing)
        for group, optimizer, of in zip(("grad.disc", "grad.repair"), optimizers, gradients):
            if i == 0:
                compare_gradients(comparison, group, steps.networks, optimizer, of, bound)
            optimizer.step(of)
        for name, value in losses.items() if i == 0 else ():
            comparison.compare(f"loss/{name}", value, 1e-4)
        for curve, network, l2 in zip(curves, ("disc", "repair"), decay):
            curve.append(l2 + sum(float(value) for name, value in losses.items() if name.startswith(network)))
    comparison.compare("slow_curve/disc.total", torch.tensor(curves[0]), SLOW)
    comparison.compare("slow_curve/repair.total", torch.tensor(curves[1]), SLOW)


def compare_gradients(comparison, group, networks, optimizer, gradients, bound):
    names = {id(value): name for name, value in networks.named().items()}
    for value, gradient in zip(optimizer.values, gradients):
        decay = optimizer.decay if value.dim() > 1 else 0
        comparison.compare(f"{group}/{names[id(value)]}", gradient.detach().float() + decay * value.detach(), bound)
