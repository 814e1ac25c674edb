using SpotArtifacts.Torch.Modules;

namespace SpotArtifacts.Torch.Tests.Modules;

/// <summary>Convolution, batch norm, leaky ReLU, 1 x 1 convolution: (B, 3, H, W) to (B, 2, H, W).</summary>
internal sealed class SmallNetwork : Module
{
    private readonly Convolution _convolution;
    private readonly BatchNorm _norm;
    private readonly Convolution _head;

    public SmallNetwork() : base("net")
    {
        _convolution = Add(new Convolution("conv", new(3, 8, 3, Padding: 1), bias: false));
        _norm = Add(new BatchNorm("norm", 8, 0.1, 1e-3));
        _head = Add(new Convolution("head", new(8, 2, 1), bias: true));
    }

    public void Fill()
    {
        _convolution.Weight.Set(Samples.FloatArray(11, _convolution.Weight.Value.Count));
        _head.Weight.Set(Samples.FloatArray(12, _head.Weight.Value.Count));
    }

    public Tensor Forward(Tensor x)
    {
        Tensor normed = _norm.Forward(_convolution.Forward(x), training: true);
        return _head.Forward(Functions.LeakyRelu(normed, 0.2));
    }
}
