"""The discriminator in PyTorch, from a file made by: spot export RUN --format safetensors --names torchvision --out FILE"""
import json
import struct

import torch
import torch.nn.functional as F


def load(path):
    """A file's tensors by name, and its metadata; needs no safetensors package."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    info = header.pop("__metadata__")
    tensors = {name: torch.frombuffer(data, dtype=torch.float32, offset=t["data_offsets"][0], count=torch.Size(t["shape"]).numel())
               .reshape(t["shape"]) for name, t in header.items()}
    return tensors, info


def same(x, kernel, stride, value=0.0):
    """TensorFlow's SAME padding: the odd pixel goes to the right and to the bottom."""
    columns, rows = (max((-(-n // stride) - 1) * stride + kernel - n, 0) for n in (x.shape[3], x.shape[2]))
    return F.pad(x, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2], value=value)


def spot(images, w, info):
    """Images (N, 3, S, S), RGB from 0 to 1 as ToTensor gives them, to the feature maps and the verdict."""
    x, out = images * 255 - torch.tensor([float(m) for m in info["rgb_mean"].split(",")]).view(1, 3, 1, 1), {}
    for n, layer in enumerate((0, 3, 6, 8, 10), 1):
        weight, stride = w[f"features.{layer}.weight"], int(info["conv1_stride"]) if n == 1 else 1
        x = same(x, weight.shape[2], stride)
        x = out[f"conv{n}"] = F.relu(F.conv2d(x, weight, w[f"features.{layer}.bias"], stride, groups=x.shape[1] // weight.shape[1]))
        if n < 3:
            x = F.local_response_norm(F.max_pool2d(same(x, 3, 2, float("-inf")), 3, 2), 5, 1e-4)
    out["output"] = x.mean((2, 3))
    hidden = F.relu(F.linear(x.flatten(1), w["classifier.1.weight"], w["classifier.1.bias"]))
    out["repaired_probability"] = F.softmax(F.linear(hidden, w["classifier.4.weight"], w["classifier.4.bias"]), 1)[:, 0]
    if "mask_head.weight" in w:
        out["keep_mask"] = torch.sigmoid(F.conv2d(x, w["mask_head.weight"], w["mask_head.bias"], padding=1))
    return out
