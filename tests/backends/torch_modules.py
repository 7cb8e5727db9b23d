"""Modules of PyTorch as people write them, each in a minimal version of our own."""

import math

import torch
import torch.nn.functional as F  # noqa: N812  PyTorch's own custom
from torch import nn


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), (2, 2))
        x = x.view(-1, 16 * 5 * 5)
        return F.log_softmax(self.fc2(F.relu(self.fc1(x))), dim=1)


def vgg():
    layers = []
    c = 3
    for width in (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"):
        if width == "M":
            layers.append(nn.MaxPool2d(2, 2))
        else:
            layers += [nn.Conv2d(c, width, 3, padding=1), nn.ReLU(inplace=True)]
            c = width
    head = [
        nn.Flatten(),
        nn.Linear(512, 256),
        nn.ReLU(),
        nn.Dropout(),
        nn.Linear(256, 10),
    ]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), *head)


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, c, width, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(c, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride > 1 or c != width:
            self.downsample = nn.Sequential(
                nn.Conv2d(c, width, 1, stride, bias=False), nn.BatchNorm2d(width)
            )

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, c, width, stride=1):
        super().__init__()
        out = width * 4
        self.conv1 = nn.Conv2d(c, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        self.shortcut = nn.Identity()
        if stride > 1 or c != out:
            self.shortcut = nn.Sequential(
                nn.Conv2d(c, out, 1, stride, bias=False), nn.BatchNorm2d(out)
            )

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.conv2(y)))
        return torch.relu(self.bn3(self.conv3(y)) + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self, block, depths):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        stages = []
        c = 64
        for number, depth in enumerate(depths):
            width = 64 * 2**number
            blocks = []
            for position in range(depth):
                stride = 2 if number and not position else 1
                blocks.append(block(c, width, stride))
                c = width * block.expansion
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(c, 1000)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x)), inplace=True))
        for stage in self.stages:
            x = stage(x)
        return self.fc(torch.flatten(self.avgpool(x), 1))


def double(c, f):
    return nn.Sequential(
        nn.Conv2d(c, f, 3, padding=1),
        nn.BatchNorm2d(f),
        nn.ReLU(inplace=True),
        nn.Conv2d(f, f, 3, padding=1),
        nn.ReLU(inplace=True),
    )


class UNet(nn.Module):
    """Sizes that two does not divide are padded before they are put together."""

    def __init__(self, bilinear=False):
        super().__init__()
        self.down = nn.ModuleList([double(1, 8), double(8, 16), double(16, 32)])
        self.bottom = double(32, 64)
        self.up = nn.ModuleList()
        self.join = nn.ModuleList()
        for c in (64, 32, 16):
            half = c // 2
            if bilinear:
                up = nn.Sequential(
                    nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
                    nn.Conv2d(c, half, 1),
                )
            else:
                up = nn.ConvTranspose2d(c, half, 2, stride=2)
            self.up.append(up)
            self.join.append(double(c, half))
        self.out = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        skips = []
        for block in self.down:
            x = block(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = self.bottom(x)
        for up, join, skip in zip(self.up, self.join, reversed(skips), strict=True):
            x = up(x)
            dy = skip.size()[2] - x.size()[2]
            dx = skip.size()[3] - x.size()[3]
            x = F.pad(x, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])
            x = join(torch.cat([skip, x], dim=1))
        return self.out(x)


class DenseBlock(nn.Module):
    def __init__(self, c, growth, depth):
        super().__init__()
        self.layers = nn.ModuleList()
        for number in range(depth):
            width = c + number * growth
            self.layers.append(
                nn.Sequential(
                    nn.BatchNorm2d(width),
                    nn.ReLU(),
                    nn.Conv2d(width, 4 * growth, 1, bias=False),
                    nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False),
                )
            )

    def forward(self, x):
        # As torchvision asks whether it was given a list.
        features = [x] if isinstance(x, torch.Tensor) else list(x)
        for layer in self.layers:
            features.append(layer(torch.cat(features, 1)))
        return torch.cat(features, 1)


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Conv2d(16, 8, 1)
        self.three = nn.Sequential(nn.Conv2d(16, 6, 1), nn.Conv2d(6, 12, 3, padding=1))
        self.five = nn.Sequential(
            nn.Conv2d(16, 4, 1), nn.Conv2d(4, 8, 5, padding="same")
        )
        self.pool = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1, ceil_mode=True), nn.Conv2d(16, 4, 1)
        )

    def _parts(self, x):
        return [self.one(x), self.three(x), self.five(x), self.pool(x)]

    def forward(self, x):
        return torch.cat(self._parts(x), 1)


class LSTMClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(1000, 32, padding_idx=0)
        self.lstm = nn.LSTM(32, 24, num_layers=2, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(48, 5)

    def forward(self, tokens):
        output, (hidden, _cell) = self.lstm(self.embedding(tokens))
        both = torch.cat((hidden[-2], hidden[-1]), dim=1)
        assert output.shape[:2] == tokens.shape
        return self.fc(self.dropout(both))


class StockLSTM(nn.Module):
    """The first state made by hand, as tutorials do."""

    def __init__(self, projected=0):
        super().__init__()
        self.hidden, self.layers, self.projected = 16, 2, projected
        self.lstm = nn.LSTM(3, 16, 2, batch_first=True, proj_size=projected)
        self.fc = nn.Linear(projected or 16, 1)

    def forward(self, x):
        width = self.projected or self.hidden
        h0 = torch.zeros(self.layers, x.size(0), width).to(x.device)
        c0 = torch.zeros(self.layers, x.size(0), self.hidden, device=x.device)
        out, _ = self.lstm(x, (h0.detach(), c0.detach()))
        return self.fc(out[:, -1, :])


class Seq2Seq(nn.Module):
    """A GRU that attends to another, steps before batch."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(8, 12)
        self.decoder = nn.GRU(8, 12)
        self.query = nn.Linear(12, 12, bias=False)
        self.out = nn.Linear(24, 6)

    def forward(self, source, target):
        memory, state = self.encoder(source)
        hidden, _ = self.decoder(target, state)
        scores = torch.bmm(self.query(hidden).transpose(0, 1), memory.permute(1, 2, 0))
        context = torch.bmm(F.softmax(scores, dim=-1), memory.transpose(0, 1))
        return self.out(torch.cat([hidden, context.transpose(0, 1)], dim=2))


class CellLoop(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(5, 7)
        self.fc = nn.Linear(7, 2)

    def forward(self, x):
        h = x.new_zeros(x.size(0), 7)
        c = torch.zeros_like(h)
        outputs = []
        for t in range(x.size(1)):
            h, c = self.cell(x[:, t], (h, c))
            outputs.append(self.fc(h))
        return torch.stack(outputs, dim=1)


class PositionalEncoding(nn.Module):
    def __init__(self, width, longest=100):
        super().__init__()
        position = torch.arange(longest).unsqueeze(1)
        rate = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        table = torch.zeros(1, longest, width)
        table[0, :, 0::2] = torch.sin(position * rate)
        table[0, :, 1::2] = torch.cos(position * rate)
        self.register_buffer("table", table)

    def forward(self, x):
        return x + self.table[:, : x.size(1)]


class TransformerClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(500, 32)
        self.position = PositionalEncoding(32)
        layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.fc = nn.Linear(32, 4)

    def forward(self, tokens):
        x = self.embedding(tokens) * math.sqrt(32)
        return self.fc(self.encoder(self.position(x)).mean(dim=1))


class CausalAttention(nn.Module):
    """As small GPTs write it: views, transposes, products and a mask in a buffer."""

    def __init__(self, width=32, heads=4, longest=16, fused=False):
        super().__init__()
        self.heads, self.fused = heads, fused
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        mask = torch.tril(torch.ones(longest, longest))
        self.register_buffer("mask", mask.view(1, 1, longest, longest))

    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.qkv(x).split(C, dim=2)
        k = k.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        q = q.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        v = v.view(B, T, self.heads, C // self.heads).transpose(1, 2)
        if self.fused:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
            att = att.masked_fill(self.mask[:, :, :T, :T] == 0, float("-inf"))
            y = F.softmax(att, dim=-1) @ v
        y = y.transpose(1, 2).contiguous().view(B, T, C)
        return self.out(y)


class GPT(nn.Module):
    """Tied weights of the embedding and the head."""

    def __init__(self, fused=False):
        super().__init__()
        self.tokens = nn.Embedding(65, 32)
        self.positions = nn.Embedding(16, 32)
        self.blocks = nn.ModuleList(
            nn.ModuleDict(
                {
                    "ln_1": nn.LayerNorm(32),
                    "attention": CausalAttention(fused=fused),
                    "ln_2": nn.LayerNorm(32),
                    "mlp": nn.Sequential(
                        nn.Linear(32, 128), nn.GELU(), nn.Linear(128, 32)
                    ),
                }
            )
            for _ in range(2)
        )
        self.norm = nn.LayerNorm(32)
        self.head = nn.Linear(32, 65, bias=False)
        self.head.weight = self.tokens.weight

    def forward(self, indices):
        device = indices.device
        _b, t = indices.size()
        assert t <= 16, f"{t} is too long"
        places = torch.arange(0, t, dtype=torch.long, device=device)
        x = self.tokens(indices) + self.positions(places)
        for block in self.blocks:
            x = x + block["attention"](block["ln_1"](x))
            x = x + block["mlp"](block["ln_2"](x))
        return self.head(self.norm(x))


class ViT(nn.Module):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 24, 8, stride=8)
        self.cls = nn.Parameter(torch.zeros(1, 1, 24))
        self.position = nn.Parameter(torch.zeros(1, 17, 24))
        self.attention = nn.MultiheadAttention(24, 3, batch_first=True)
        self.norm = nn.LayerNorm(24)
        self.head = nn.Linear(24, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.cls.expand(x.shape[0], -1, -1), x), dim=1)
        x = x + self.position
        y = self.norm(x)
        attended, weights = self.attention(y, y, y)
        assert weights.dim() == 3
        return self.head((x + attended)[:, 0])


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(100, 64 * 7 * 7)
        self.deconv1 = nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(32)
        self.deconv2 = nn.ConvTranspose2d(32, 1, 3, 2, 1, output_padding=1)

    def forward(self, z):
        x = self.fc(z).view(z.shape[0], 64, 7, 7)
        x = F.leaky_relu(self.norm(self.deconv1(x)), 0.2)
        return torch.tanh(self.deconv2(x))


class InvertedResidual(nn.Module):
    def __init__(self, c, f, stride, expand):
        super().__init__()
        hidden = c * expand
        self.use_residual = stride == 1 and c == f
        self.conv = nn.Sequential(
            nn.Conv2d(c, hidden, 1, bias=False),
            nn.BatchNorm2d(hidden),
            nn.ReLU6(inplace=True),
            nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False),
            nn.BatchNorm2d(hidden),
            nn.ReLU6(inplace=True),
            nn.Conv2d(hidden, f, 1, bias=False),
            nn.BatchNorm2d(f),
        )

    def forward(self, x):
        return x + self.conv(x) if self.use_residual else self.conv(x)


def mobilenet():
    blocks = [nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU6()]
    c = 16
    for expand, f, depth, stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2)):
        for number in range(depth):
            blocks.append(InvertedResidual(c, f, stride if not number else 1, expand))
            c = f
    return nn.Sequential(
        *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, 10)
    )


class SqueezeExcite(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.fc = nn.Sequential(
            nn.Linear(c, c // 4, bias=False),
            nn.ReLU(),
            nn.Linear(c // 4, c),
            nn.Sigmoid(),
        )

    def forward(self, x):
        b, c, _, _ = x.size()
        y = x.mean((2, 3)).view(b, c)
        return x * self.fc(y).view(b, c, 1, 1).expand_as(x)


class ShuffleUnit(nn.Module):
    def __init__(self, c, groups=2):
        super().__init__()
        self.groups = groups
        half = c // 2
        self.conv = nn.Sequential(
            nn.Conv2d(half, half, 1), nn.Conv2d(half, half, 3, padding=1, groups=half)
        )

    def forward(self, x):
        left, right = x.chunk(2, dim=1)
        x = torch.cat((left, self.conv(right)), dim=1)
        b, c, h, w = x.size()
        x = x.view(b, self.groups, c // self.groups, h, w)
        return torch.transpose(x, 1, 2).contiguous().view(b, -1, h, w)


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 64), nn.ReLU())
        self.mean = nn.Linear(64, 8)
        self.log_variance = nn.Linear(64, 8)
        self.decoder = nn.Sequential(nn.Linear(8, 784), nn.Unflatten(1, (1, 28, 28)))

    def forward(self, x):
        h = self.encoder(x)
        mean, log_variance = self.mean(h), self.log_variance(h)
        std = torch.exp(0.5 * log_variance)
        z = mean + torch.randn_like(std) * std
        return {"image": self.decoder(z), "mean": mean, "log_variance": log_variance}


class WaveNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.start = nn.Conv1d(1, 8, 1)
        self.gates = nn.ModuleList(nn.Conv1d(8, 16, 2, dilation=2**k) for k in range(4))
        self.mix = nn.ModuleList(nn.Conv1d(8, 8, 1) for _ in range(4))

    def forward(self, x):
        x = self.start(x)
        for gate, mix in zip(self.gates, self.mix, strict=True):
            padded = F.pad(x, (gate.dilation[0], 0))
            x = x + mix(F.glu(gate(padded), dim=1))
        return x


class Video(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv3d(3, 8, (3, 5, 5), stride=(1, 2, 2), padding=(1, 2, 2))
        self.pool = nn.MaxPool3d((1, 3, 3), stride=(1, 2, 2), ceil_mode=True)
        self.up = nn.ConvTranspose3d(8, 4, 2, stride=2, groups=2)
        self.average = nn.AvgPool3d(2)
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        x = self.average(self.up(self.pool(self.conv(x))))
        return self.fc(x.mean([-3, -2, -1]))


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 5))

    def forward(self, left, right):
        return torch.abs(self.base(left) - self.base(right)).sum(dim=1, keepdim=True)


class SuperResolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.pad = nn.ReflectionPad2d(2)
        self.conv = nn.Conv2d(1, 9, 5)
        self.shuffle = nn.PixelShuffle(3)

    def forward(self, x):
        return self.shuffle(self.conv(self.pad(x)))


class Pyramid(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(3, 8, 3, 2, 1)
        self.c2 = nn.Conv2d(8, 16, 3, 2, 1)
        self.l1, self.l2 = nn.Conv2d(8, 4, 1), nn.Conv2d(16, 4, 1)

    def forward(self, x):
        first = self.c1(x)
        second = self.c2(first)
        top = self.l2(second)
        low = self.l1(first)
        low = low + F.interpolate(top, size=low.shape[-2:], mode="nearest")
        return [low, top]


class TextCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(200, 16)
        self.convs = nn.ModuleList(nn.Conv2d(1, 10, (k, 16)) for k in (3, 4, 5))
        self.fc = nn.Linear(30, 2)

    def forward(self, x):
        x = self.embedding(x).unsqueeze(1)
        x = [F.relu(conv(x)).squeeze(3) for conv in self.convs]
        x = [F.max_pool1d(one, one.size(2)).squeeze(2) for one in x]
        return self.fc(torch.cat(x, 1))


class PointNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.local = nn.Sequential(nn.Conv1d(3, 16, 1), nn.BatchNorm1d(16), nn.ReLU())
        self.whole = nn.Conv1d(16, 32, 1)
        self.out = nn.Conv1d(48, 4, 1)

    def forward(self, points):
        n = points.shape[2]
        local = self.local(points)
        most = torch.max(self.whole(local), 2, keepdim=True)[0]
        most = most.view(-1, 32, 1).repeat(1, 1, n)
        return self.out(torch.cat([most, local], 1)).transpose(2, 1)


class WindowAttention(nn.Module):
    """Windows of a Swin transformer: axes folded into the batch and taken out."""

    def __init__(self, width=16, window=4):
        super().__init__()
        self.window = window
        self.qkv = nn.Linear(width, width * 3)

    def forward(self, x):
        B, H, W, C = x.shape
        n = self.window
        x = torch.roll(x, shifts=(-2, -2), dims=(1, 2))
        x = x.view(B, H // n, n, W // n, n, C)
        windows = x.permute(0, 1, 3, 2, 4, 5).contiguous().view(-1, n * n, C)
        folded = windows.shape[0]
        qkv = self.qkv(windows).reshape(folded, n * n, 3, 2, C // 2)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        y = (q @ k.transpose(-2, -1)).softmax(-1) @ v
        y = y.transpose(1, 2).reshape(folded, n * n, C)
        examples = int(folded / (H * W / n / n))
        y = y.view(examples, H // n, W // n, n, n, -1)
        return y.permute(0, 1, 3, 2, 4, 5).contiguous().view(examples, H, W, -1)


class ChannelNorm(nn.Module):
    """A name that PyTorch has as well, with a forward of its own."""

    def __init__(self, c):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(c))
        self.bias = nn.Parameter(torch.zeros(c))

    def forward(self, x):
        u = x.mean(1, keepdim=True)
        s = (x - u).pow(2).mean(1, keepdim=True)
        x = (x - u) / torch.sqrt(s + 1e-6)
        return self.weight[:, None, None] * x + self.bias[:, None, None]


ChannelNorm.__name__ = "LayerNorm"


class ConvNeXt(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 4, 4)
        self.first = ChannelNorm(16)
        self.depthwise = nn.Conv2d(16, 16, 7, padding=3, groups=16)
        self.norm = nn.LayerNorm(16)
        self.wide = nn.Linear(16, 64)
        self.narrow = nn.Linear(64, 16)
        self.gamma = nn.Parameter(1e-6 * torch.ones(16))

    def forward(self, x):
        x = self.first(self.stem(x))
        y = self.depthwise(x).permute(0, 2, 3, 1)
        y = self.narrow(F.gelu(self.wide(self.norm(y)))) * self.gamma
        return x + y.permute(0, 3, 1, 2)


class EinsumAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q, self.k = nn.Linear(12, 12), nn.Linear(12, 12)

    def forward(self, x):
        scores = torch.einsum("bqd,bkd->bqk", self.q(x), self.k(x))
        return torch.einsum("bqk,bkd->bqd", scores.softmax(dim=-1), x)


class GraphConvolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(6, 9))
        self.bias = nn.Parameter(torch.zeros(9))

    def forward(self, x, adjacency):
        return torch.matmul(adjacency, torch.matmul(x, self.weight)) + self.bias


class Functional(nn.Module):
    """Kernels held as parameters, and PyTorch's functions called with them."""

    def __init__(self):
        super().__init__()
        self.kernel = nn.Parameter(torch.zeros(8, 3, 3, 3))
        self.shift = nn.Parameter(torch.zeros(8))
        self.rows = nn.Parameter(torch.zeros(5, 8), requires_grad=False)

    def forward(self, x):
        x = F.conv2d(x, self.kernel, self.shift, stride=2, padding=1)
        x = F.adaptive_avg_pool2d(F.group_norm(x, 2), (1, 1))[:, :, 0, 0]
        return F.linear(x, self.rows)


class Mixture(nn.Module):
    """Functions without a rule here, a choice among experts, sorted and picked."""

    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(8, 4)
        self.experts = nn.ModuleList(nn.Linear(8, 8) for _ in range(4))

    def forward(self, x):
        weights, chosen = torch.topk(self.gate(x), k=2, dim=-1)
        every = torch.stack([expert(x) for expert in self.experts], dim=1)
        index = chosen.unsqueeze(-1).expand(-1, -1, every.size(-1))
        picked = every.gather(1, index)
        ordered = weights.sort(dim=-1, descending=True).values
        return (picked * ordered.softmax(-1).unsqueeze(-1)).sum(1)


def normed():
    convolution = nn.utils.parametrizations.weight_norm(nn.Conv1d(4, 6, 3))
    dense = nn.utils.parametrizations.spectral_norm(nn.Linear(8, 3))
    return nn.Sequential(convolution, nn.Tanh(), dense)


def pools():
    return nn.Sequential(
        nn.ZeroPad2d((1, 2, 0, 3)),
        nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True),
        nn.InstanceNorm2d(3, affine=True),
        nn.PReLU(3),
        nn.LPPool2d(2, 2),
        nn.Upsample(size=(11, 13)),
        nn.Conv2d(3, 6, (2, 3), stride=(2, 1), dilation=(3, 2), groups=3),
        nn.GroupNorm(3, 6),
        nn.AdaptiveMaxPool2d((None, 4)),
        nn.Unfold(2, stride=1),
    )


class Unpool(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(2, return_indices=True)
        self.unpool = nn.MaxUnpool2d(2)

    def forward(self, x):
        y, places = self.pool(x)
        return self.unpool(y, places, output_size=x.size())


class Named(nn.Module):
    """Inputs by name, and an output that is a tuple of lists."""

    def __init__(self):
        super().__init__()
        self.words = nn.EmbeddingBag(50, 6)
        self.pair = nn.Bilinear(6, 3, 4)

    def forward(self, *, tokens, numbers):
        bag = self.words(tokens)
        joint = self.pair(bag, numbers)
        return [bag, joint], joint.argmax(dim=1)


class Packed(nn.Module):
    """Sequences of several lengths through a recurrent module."""

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(5, 6, batch_first=True, bidirectional=True)

    def forward(self, x):
        lengths = torch.full((x.size(0),), x.size(1))
        packed = nn.utils.rnn.pack_padded_sequence(
            x, lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        out, _ = self.gru(packed)
        padded, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=True)
        return padded


class Masked(nn.Module):
    """A mask made by hand, written to in places, and an empty cache to begin with."""

    def __init__(self):
        super().__init__()
        self.keys = nn.Linear(8, 8)

    def forward(self, x):
        mask = x.new_zeros(x.size(1), x.size(1))
        mask[:2, 1:] = float("-inf")
        keys = torch.cat([torch.tensor([]), self.keys(x)], dim=-2)
        return (x @ keys.mT + mask).softmax(-1) @ x


TOKENS = torch.int64
# name -> (module, sizes, dtypes)
MODULES = {
    "MLP": (lambda: nn.Sequential(nn.Linear(7, 5), nn.ReLU(), nn.Linear(5, 2)), (2, 7)),
    "LeNet": (LeNet, (2, 1, 28, 28)),
    "VGG": (vgg, (1, 3, 32, 32)),
    "ResNet-18": (lambda: ResNet(BasicBlock, [2, 2, 2, 2]), (1, 3, 64, 64)),
    "ResNet-50": (lambda: ResNet(Bottleneck, [3, 4, 6, 3]), (1, 3, 64, 64)),
    "U-Net": (UNet, (2, 1, 36, 44)),
    "U-Net, bilinear": (lambda: UNet(bilinear=True), (1, 1, 32, 32)),
    "DenseNet block": (lambda: DenseBlock(8, 4, 3), (2, 8, 10, 10)),
    "Inception block": (Inception, (2, 16, 9, 9)),
    "LSTM classifier": (LSTMClassifier, (3, 11), TOKENS),
    "LSTM, state by hand": (StockLSTM, (3, 9, 3)),
    "LSTM, projected": (lambda: StockLSTM(5), (3, 9, 3)),
    "seq2seq with attention": (Seq2Seq, [(7, 3, 8), (5, 3, 8)]),
    "loop over a cell": (CellLoop, (3, 6, 5)),
    "transformer encoder": (TransformerClassifier, (3, 9), TOKENS),
    "GPT": (GPT, (3, 16), TOKENS),
    "GPT, fused attention": (lambda: GPT(fused=True), (3, 12), TOKENS),
    "transformer": (
        lambda: nn.Transformer(16, 2, 1, 1, 32, batch_first=True),
        [(3, 6, 16), (3, 4, 16)],
    ),
    "ViT": (ViT, (3, 3, 32, 32)),
    "GAN generator": (Generator, (3, 100)),
    "MobileNetV2": (mobilenet, (2, 3, 32, 32)),
    "squeeze and excitation": (lambda: SqueezeExcite(16), (3, 16, 8, 8)),
    "ShuffleNet unit": (lambda: ShuffleUnit(8), (3, 8, 5, 6)),
    "VAE": (VAE, (3, 1, 28, 28)),
    "WaveNet": (WaveNet, (3, 1, 40)),
    "3D": (Video, (2, 3, 6, 21, 22)),
    "siamese": (Siamese, [(3, 10), (3, 10)]),
    "super-resolution": (SuperResolution, (3, 1, 12, 15)),
    "pyramid": (Pyramid, (3, 3, 35, 34)),
    "text CNN": (TextCNN, (3, 20), TOKENS),
    "PointNet": (PointNet, (3, 3, 25)),
    "window attention": (WindowAttention, (3, 8, 8, 16)),
    "ConvNeXt block": (ConvNeXt, (3, 3, 32, 32)),
    "einsum attention": (EinsumAttention, (3, 7, 12)),
    "graph convolution": (GraphConvolution, [(3, 5, 6), (3, 5, 5)]),
    "functions with parameters": (Functional, (3, 3, 16, 16)),
    "mixture of experts": (Mixture, (3, 8)),
    "parametrized": (normed, (3, 4, 10)),
    "pools and paddings": (pools, (3, 3, 17, 19)),
    "unpooling": (Unpool, (3, 2, 8, 8)),
    "packed": (Packed, (3, 7, 5)),
    "mask by hand": (Masked, (3, 7, 8)),
    "by name": (Named, {"tokens": (3, 4), "numbers": (3, 3)}, {"tokens": TOKENS}),
}
