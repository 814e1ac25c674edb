using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Spotting.Trunks;

// B images, S image side, K5 channels and M rows and columns of conv5.

/// <summary>conv1 to conv5 of a discriminator, which registers them under these names and so owns them.</summary>
/// <remarks>
/// Batch norms of the first <c>settled</c> layers take running statistics, those behind them the batch's, which also move the
/// running ones: 0 in training, <see cref="Count"/> in inference.
/// </remarks>
internal sealed class TrunkLayers
{
    /// <summary>Layers, all of which can be settled.</summary>
    public const int Count = 5;

    private static readonly LocalResponseWindow s_responseNorm =
        new(Discriminator.ResponseWindow, Discriminator.ResponseAlpha, Discriminator.ResponseBeta, K: 1);

    private readonly TrunkPlan _plan;

    /// <param name="plan">What they are.</param>
    public TrunkLayers(TrunkPlan plan)
    {
        _plan = plan;
        Modules = [.. plan.Stages.Select(Build)];
    }

    /// <summary>conv1 to conv5.</summary>
    public IReadOnlyList<nn.Module> Modules { get; }

    /// <summary>Names and modules, in order.</summary>
    public IEnumerable<(string Name, nn.Module Module)> Named => _plan.Stages.Select(stage => stage.Name).Zip(Modules);

    /// <summary>Activations of one layer, after ReLU and before pooling; later layers are not computed.</summary>
    /// <param name="layer">1 to 5.</param>
    /// <param name="images">(B, 3, S, S) in [-1, 1].</param>
    /// <param name="settled">Layers whose batch norms take running statistics.</param>
    /// <param name="stage">Called with each stage's name and output, but conv5's.</param>
    public Tensor RunTo(int layer, Tensor images, int settled, Action<string, Tensor>? stage)
    {
        Tensor x = Discriminator.Center(images);
        stage?.Invoke("input", x);
        for (int i = 1; i <= layer; i++)
        {
            bool pooled = i < layer && _plan.Stages[i - 1].Pooled;
            if (pooled && stage is null)
            {
                x = ConvolveAndPool(i, x, training: i > settled);
                continue;
            }
            x = Activate(i, x, training: i > settled);
            if (i < Count)
                stage?.Invoke($"conv{i}", x);
            if (!pooled)
                continue;
            x = PoolRectified(x, _plan.Stages[i - 1].ResponseNorm);
            stage?.Invoke($"pool{i}", x);
        }
        return x;
    }

    /// <summary>conv5 after ReLU of the parts of a batch, over which its batch norms take their statistics together.</summary>
    /// <param name="parts">Clean and corrupt images, or images of one origin; (B, 3, S, S) each.</param>
    /// <param name="settled">Layers whose batch norms take running statistics.</param>
    /// <param name="stage">
    /// Called with each stage's name and output, but conv5's; where only conv5 has a batch norm, once for each part.
    /// </param>
    /// <returns>(sum of B, K5, M, M) in Float32.</returns>
    /// <remarks>
    /// Where no layer before conv5's batch norm sees more than one image, parts go apart up to there: the repair loss then has
    /// nothing to differentiate in the clean ones. Where norms lie below, a statistic over all images joins them, and the clean
    /// ones carry gradient too (method.md sections 7 and 8).
    /// </remarks>
    public Tensor Run(IReadOnlyList<Tensor> parts, int settled, Action<string, Tensor>? stage)
    {
        if (!_plan.SeesImagesApart)
            return EnginePrecision.Widen(RunTo(Count, Joined(parts), settled, stage));
        var last = (ShiftedConvolution)Modules[^1];
        Tensor[] convolved = [.. parts.Select(part => last.Convolution.forward(RunTo(Count - 1, part, settled, stage)))];
        return functional.relu(last.Norm.Forward(Joined(convolved), training: settled < Count));
    }

    private static Tensor Joined(IReadOnlyList<Tensor> parts) => parts is [var all] ? all : cat([.. parts], 0);

    private static nn.Module Build(TrunkStage stage) => stage.Convolution switch
    {
        null => new ResidualGroup(stage.Blocks),
        { Norm: TrunkNorm.None } plain => new Convolution(plain.Shape, bias: true),
        { Norm: TrunkNorm.Shift } shifted => new ShiftedConvolution(shifted.Shape),
        var normalized => new NormalizedConvolution(normalized.Shape),
    };

    /// <summary>What follows conv1 and conv2 of an AlexNet, from their ReLU on.</summary>
    /// <param name="convolved">(B, C, H, W).</param>
    /// <param name="responseNorm">Whether the pooled maps are normalised.</param>
    /// <param name="bias">(C), still to be added; null for none. Only to maps that are normalised.</param>
    public static Tensor Pool(Tensor convolved, bool responseNorm, Tensor? bias = null) => responseNorm
        ? Operations.PoolAndNormalize(convolved, bias, Discriminator.PoolWindow, Discriminator.PoolStride, s_responseNorm)
        : PoolRectified(functional.relu(convolved), responseNorm: false);

    // The same of what a ReLU has given, which then has a gradient of its own, also where it is 0.
    private static Tensor PoolRectified(Tensor x, bool responseNorm)
    {
        Tensor pooled = Operations.MaxPoolSame(x, Discriminator.PoolWindow, Discriminator.PoolStride);
        return responseNorm ? LocalResponseNormFunction.Apply(pooled, s_responseNorm) : pooled;
    }

    // What nobody wants to see between the convolution and the pooling is not made.
    private Tensor ConvolveAndPool(int layer, Tensor x, bool training)
    {
        Tensor? bias = (Modules[layer - 1] as Convolution)?.BiasApart;
        using Tensor convolved = bias is null ? Convolve(layer, x, training) : ((Convolution)Modules[layer - 1]).WithoutBias(x);
        return Pool(convolved, _plan.Stages[layer - 1].ResponseNorm, bias);
    }

    private Tensor Activate(int layer, Tensor x, bool training) => Modules[layer - 1] switch
    {
        ShiftedConvolution shifted => functional.relu(shifted.Norm.Forward(shifted.Convolution.forward(x), training)),
        ResidualGroup group => group.Forward(x, training),
        _ => Convolve(layer, x, training).relu_(),
    };

    // Before the ReLU, of what is no group and has no batch norm that only shifts.
    private Tensor Convolve(int layer, Tensor x, bool training) => Modules[layer - 1] is NormalizedConvolution normalized
        ? normalized.Normalize(x, training) : ((Convolution)Modules[layer - 1]).forward(x);
}
