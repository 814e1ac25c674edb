"""The networks of docs/method.md section 3 as a PyTorch user writes them, under the names of the weights.

pytorch_steps.py trains them: what this project's own step is compared with, on the same golden tensors.
"""
import torch
import torch.nn.functional as F
from torch import nn

WIDTHS = [96, 256, 384, 384, 256]
PRESETS = {  # image, stem, encoder widths, discriminator widths, class head, conv1 stride
    "demo32": (32, 16, [32, 64, 128], [24, 64, 96, 96, 64], 256, 2),
    "tiny32": (32, 16, [32, 64, 128], WIDTHS, 4096, 2),
    "std64": (64, 32, [64, 128, 256, 512], WIDTHS, 4096, 4),
    "paper96": (96, 32, [64, 128, 256, 512], WIDTHS, 4096, 4),
}


def batch_norm(channels, scale=True):
    norm = nn.BatchNorm2d(channels, eps=1e-3, momentum=0.025)
    norm.weight.requires_grad_(scale)  # where there is no scale it stays 1
    return norm


class Block(nn.Module):
    """Convolution, batch norm, LeakyReLU."""

    def __init__(self, inputs, outputs, kernel, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = batch_norm(outputs)

    def forward(self, x):
        return F.leaky_relu(self.bn(self.conv(x)), 0.2)


class Encoder(nn.Module):
    def __init__(self, stem, widths):
        super().__init__()
        self.stem = Block(3, stem, 3, padding=1)
        self.down = nn.ModuleList(Block(i, o, 2, stride=2) for i, o in zip([stem, *widths], widths))

    def forward(self, x):
        x = self.stem(x)
        for down in self.down:
            x = down(x)
        return x


class Decoder(nn.Module):
    def __init__(self, stem, widths):
        super().__init__()
        levels = [*reversed(widths), stem]
        self.up = nn.ModuleList(Block(i, o, 3, padding=1) for i, o in zip(levels, levels[1:]))
        self.out = nn.Conv2d(stem, 3, 3, padding=1)

    def level(self, k, x):
        return self.up[k](F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False))

    def forward(self, x):
        for k in range(len(self.up)):
            x = self.level(k, x)
        return torch.tanh(self.out(x))


class Autoencoder(nn.Module):
    def __init__(self, stem, widths):
        super().__init__()
        self.encoder, self.decoder = Encoder(stem, widths), Decoder(stem, widths)

    def forward(self, x):
        return self.decoder(self.encoder(x))


class RepairBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1 = Block(width + 1, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x, mask):
        mask = F.interpolate(mask, size=x.shape[2:], mode="nearest").to(x.dtype)
        return x + (1 - mask) * self.conv2(self.conv1(torch.cat([x, mask], 1)))


class Repair(nn.Module):
    def __init__(self, stem, widths):
        super().__init__()
        self.blocks = nn.ModuleList(RepairBlock(width) for width in [*reversed(widths), stem])

    def forward(self, damaged, mask, decoder):
        x = damaged
        for k, block in enumerate(self.blocks[:-1]):
            x = decoder.level(k, block(x, mask))
        return torch.tanh(decoder.out(self.blocks[-1](x, mask)))


def damage(features, mask):
    mean = F.avg_pool2d(features, 3, 1, 1, count_include_pad=False)
    return mask * features + (1 - mask) * mean


def same(x, kernel, stride, value=0.0):
    """TensorFlow's SAME padding: the odd pixel at bottom and right."""
    total = [max((-(-n // stride) - 1) * stride + kernel - n, 0) for n in x.shape[2:]]
    if not any(total):
        return x
    return F.pad(x, (total[1] // 2, total[1] - total[1] // 2, total[0] // 2, total[0] - total[0] // 2), value=value)


def pool_and_normalize(x):
    x = F.max_pool2d(same(x, 3, 2, float("-inf")), 3, 2)
    return F.local_response_norm(x, 5, alpha=1e-4, beta=0.75, k=1.0)


class Discriminator(nn.Module):
    def __init__(self, widths, head, grid, stride, dropout=0.5):
        super().__init__()
        a, b, c, d, e = widths
        self.stride, self.dropout = stride, dropout
        self.conv1 = nn.Conv2d(3, a, 11, stride)
        self.conv2 = nn.Conv2d(a, b, 5, padding=2, groups=2)
        self.conv3 = nn.Conv2d(b, c, 3, padding=1)
        self.conv4 = nn.Conv2d(c, d, 3, padding=1, groups=2)
        self.conv5 = nn.ModuleDict({"conv": nn.Conv2d(d, e, 3, padding=1, groups=2, bias=False), "bn": batch_norm(e, False)})
        self.mask_head = nn.Conv2d(e, 1, 3, padding=1)
        # A full-grid convolution as the product it is: PyTorch's convolution takes several times as long on a processor.
        self.fc1 = nn.ModuleDict({"conv": nn.Linear(e * grid * grid, head, bias=False), "bn": nn.BatchNorm1d(head, 1e-3, 0.025)})
        self.fc1["bn"].weight.requires_grad_(False)
        self.fc2 = nn.Linear(head, 2)
        self.register_buffer("mean", torch.tensor([123.68, 116.78, 103.94]).reshape(1, 3, 1, 1), persistent=False)

    def layers(self, images):
        """conv1 to conv5 after ReLU, before pooling."""
        x = images * 127.5 - (self.mean - 127.5)
        taps = [F.relu(self.conv1(same(x, 11, self.stride)))]
        taps.append(F.relu(self.conv2(pool_and_normalize(taps[-1]))))
        taps.append(F.relu(self.conv3(pool_and_normalize(taps[-1]))))
        taps.append(F.relu(self.conv4(taps[-1])))
        taps.append(F.relu(self.conv5["bn"](self.conv5["conv"](taps[-1]))))
        return taps

    def forward(self, images):
        conv5 = self.layers(images)[-1]
        hidden = F.relu(self.fc1["bn"](self.fc1["conv"](conv5.flatten(1))))
        return self.fc2(F.dropout(hidden, self.dropout, self.training)), self.mask_head(conv5)


class Networks(nn.Module):
    """All networks of a preset, or of the architecture a golden file names."""

    def __init__(self, image, stem, widths, discriminator, head, stride, dropout=0.5):
        super().__init__()
        self.image, self.grid = image, image >> len(widths)
        self.autoencoder, self.repair = Autoencoder(stem, widths), Repair(stem, widths)
        self.discriminator = Discriminator(discriminator, head, self.grid, stride, dropout)

    def named(self):
        """Tensors by the names of the weights: trained ones, or all with running statistics."""
        state = {name.removeprefix("autoencoder."): value for name, value in self.state_dict(keep_vars=True).items()}
        fixed = ("discriminator.conv5.bn.weight", "discriminator.fc1.bn.weight")
        return {name: value for name, value in state.items() if name not in fixed and "num_batches" not in name}
