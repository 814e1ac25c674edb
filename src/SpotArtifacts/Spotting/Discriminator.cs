using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Spotting.Trunks;
using static TorchSharp.torch;

namespace SpotArtifacts.Spotting;

// 2B clean and corrupt images together, S image side, M bottleneck grid; K1..K5 widths of conv1..conv5.

/// <summary>
/// C: a trunk, AlexNet unless another is chosen, with a real-or-repaired head and a keep-mask head (method.md section 3,
/// Discriminator); by choice a rotation head too.
/// </summary>
public sealed class Discriminator : nn.Module<Tensor, Verdict>
{
    /// <summary>Channels that local response normalisation sums over (method.md section 3).</summary>
    public const int ResponseWindow = 5;

    /// <summary>
    /// Factor of that sum of squares, as TensorFlow counts it: not divided by the window (method.md section 3).
    /// </summary>
    public const double ResponseAlpha = 2e-5;

    /// <summary>Exponent of local response normalisation (method.md section 3).</summary>
    public const double ResponseBeta = 0.75;

    /// <summary>Side of the max-pooling windows; their stride is <see cref="PoolStride"/> (method.md section 3).</summary>
    public const int PoolWindow = 3;

    /// <summary>Step between max-pooling windows.</summary>
    public const int PoolStride = 2;

    private readonly TrunkLayers _trunk;

    static Discriminator() => NativeEngine.EnsureLoaded();

    /// <summary>
    /// A discriminator with parts <c>conv1 </c> to <c>conv5 </c>, <c>mask_head </c>, <c>fc1 </c>, <c>fc2 </c>,
    /// <c>rotation_fc1 </c>, <c>rotation_fc2 </c>,
    /// <c>instance_fc1 </c>, <c>instance_fc2 </c>; in checkpoints <c>discriminator.… </c>.
    /// </summary>
    /// <param name="options">Sizes.</param>
    /// <param name="keepMaskHead">Whether it also predicts the keep mask; without it is an ablation.</param>
    /// <param name="classes">Logits of the class head: 2 in the method, others in the baselines; 0: there is no such head.</param>
    /// <param name="rotationHead">Whether it also tells by how many quarter turns an image is turned.</param>
    /// <param name="instanceHead">Whether it also tells which image it sees.</param>
    public Discriminator(NetworkOptions options, bool keepMaskHead = true, int classes = 2, bool rotationHead = false,
        bool instanceHead = false) : this(options, keepMaskHead, classes, rotationHead, instanceHead, pretextHead: null)
    {
    }

    /// <param name="options">Sizes.</param>
    /// <param name="keepMaskHead">Whether it also predicts the keep mask.</param>
    /// <param name="classes">Logits of the class head; 0 for none.</param>
    /// <param name="rotationHead">Whether it also tells turns.</param>
    /// <param name="instanceHead">Whether it also tells which image it sees.</param>
    /// <param name="pretextHead">A head of a pretext's own, which is this module's then; in checkpoints <c>discriminator.head.…</c>.</param>
    internal Discriminator(NetworkOptions options, bool keepMaskHead, int classes, bool rotationHead, bool instanceHead,
        nn.Module<Tensor, Tensor>? pretextHead) : base("discriminator")
    {
        _trunk = new TrunkLayers(TrunkPlan.Of(options));
        foreach ((string name, nn.Module layer) in _trunk.Named)
            register_module(name, layer);
        // Before there are fields that hold a module which is registered by another name.
        RegisterComponents();
        int channels = Channels = options.DiscriminatorWidths[^1];
        if (keepMaskHead)
        {
            MaskHead = new KeepMaskHead(channels);
            register_module("mask_head", MaskHead.Convolution);
        }
        if (classes > 0)
        {
            ClassHead = new RealOrRepairedHead(channels, options.KeepMaskGrid, options.ClassHeadWidth, options.Dropout, classes);
            register_module("fc1", ClassHead.HiddenLayer);
            register_module("fc2", ClassHead.LogitLayer);
        }
        PretextHead = pretextHead;
        if (pretextHead is not null)
            register_module("head", pretextHead);
        if (rotationHead)
            RotationHead = Question("rotation", options, channels, QuarterTurns.Count);
        if (instanceHead)
            InstanceHead = Question("instance", options, channels, InstanceMemory.Width);
    }

    /// <summary>Channels of conv5, K5.</summary>
    internal int Channels { get; }

    /// <summary>conv1 to conv5.</summary>
    internal IReadOnlyList<nn.Module> Layers => _trunk.Modules;

    /// <summary>Predicts the keep mask, or null in the ablation without it.</summary>
    public KeepMaskHead? MaskHead { get; }

    /// <summary>Tells clean from repaired images; null where it has no class head.</summary>
    public RealOrRepairedHead? ClassHead { get; }

    /// <summary>The head of a pretext's own; null where it has none.</summary>
    internal nn.Module<Tensor, Tensor>? PretextHead { get; }

    /// <summary>Of the class head's form, but tells quarter turns; null where that is not asked.</summary>
    public RealOrRepairedHead? RotationHead { get; }

    /// <summary>Of the class head's form, but gives embeddings of which those of one image are alike; null where that is not
    /// asked.</summary>
    public RealOrRepairedHead? InstanceHead { get; }

    /// <summary>Mean of the RGB channels, in 0 ... 255, that C's input is centred on (method.md section 3).</summary>
    public static IReadOnlyList<float> RgbMean { get; } = [123.68f, 116.78f, 103.94f];

    /// <summary>Names of the layers whose activations are features: conv1 to conv5, after ReLU and before pooling.</summary>
    public static IReadOnlyList<string> FeatureLayers { get; } = ["conv1", "conv2", "conv3", "conv4", "conv5"];

    /// <summary>
    /// The verdict on images that all have one origin, by the module's own mode; training drops with torch's default generator.
    /// </summary>
    /// <param name="input">(B, 3, S, S) in [-1, 1].</param>
    public override Verdict forward(Tensor input) => Judge(Trunk(input, training), training, training ? Generator.Default : null);

    /// <summary>conv1 to conv5: (B, 3, S, S) in [-1, 1] to (B, K5, M, M) after ReLU, in Float32.</summary>
    /// <param name="images">Of one origin.</param>
    /// <param name="training">Batch norms take the batch's statistics, which also move the running ones, instead of these.</param>
    public Tensor Trunk(Tensor images, bool training) => Trunk([images], training ? 0 : TrunkLayers.Count);

    /// <summary>As <see cref="Trunk(Tensor, bool)"/>, of several parts of a batch, over which batch norms go together.</summary>
    /// <param name="parts">Clean images first.</param>
    /// <param name="settled">How many layers, from conv1 on, take running statistics; those behind them take the batch's.</param>
    /// <param name="stage">Called with each stage's name and output, but conv5's.</param>
    internal Tensor Trunk(IReadOnlyList<Tensor> parts, int settled, Action<string, Tensor>? stage = null) =>
        _trunk.Run(parts, settled, stage);

    /// <summary>Activations of one layer in inference mode, after ReLU and before pooling; later layers are not computed.</summary>
    /// <param name="images">(B, 3, S, S) in [-1, 1].</param>
    /// <param name="layer">1 to 5.</param>
    internal Tensor Layer(Tensor images, int layer) =>
        EnginePrecision.Widen(_trunk.RunTo(layer, images, TrunkLayers.Count, stage: null));

    /// <summary>What both heads say of conv5; in training their batch norm takes clean and corrupt images together.</summary>
    /// <param name="conv5">What the trunk gives, (2B, K5, M, M), clean images first.</param>
    /// <param name="training">Batch statistics and dropout.</param>
    /// <param name="dropout">Source of dropout; null for none.</param>
    /// <exception cref="InvalidOperationException">It has no class head.</exception>
    public Verdict Judge(Tensor conv5, bool training, Generator? dropout)
    {
        RealOrRepairedHead head = ClassHead ?? throw new InvalidOperationException("this discriminator has no class head");
        Tensor hidden = head.Hidden(conv5, training);
        return new Verdict(conv5, hidden, head.Logits(hidden, training ? dropout : null), MaskHead?.Forward(conv5));
    }

    /// <summary>What the pretext's own head, or else the class head, answers in training.</summary>
    /// <param name="images">(N, 3, S, S) in [-1, 1].</param>
    /// <param name="dropout">Source of the class head's dropout.</param>
    internal Tensor Answer(Tensor images, Generator dropout)
    {
        Tensor conv5 = Trunk(images, training: true);
        return PretextHead is null ? Judge(conv5, training: true, dropout).ClassLogits : PretextHead.forward(conv5);
    }

    /// <summary>The rotation head's logits (N, 4).</summary>
    /// <param name="conv5">(N, K5, M, M), after ReLU.</param>
    /// <param name="training">Batch statistics and dropout.</param>
    /// <param name="dropout">Source of dropout; null for none.</param>
    /// <exception cref="InvalidOperationException">It has no rotation head.</exception>
    internal Tensor TellTurns(Tensor conv5, bool training, Generator? dropout)
    {
        RealOrRepairedHead head = RotationHead ?? throw new InvalidOperationException("this discriminator has no rotation head");
        return head.Logits(head.Hidden(conv5, training), training ? dropout : null);
    }

    /// <summary>The instance head's embeddings (N, width), without dropout.</summary>
    /// <param name="conv5">(N, K5, M, M), after ReLU.</param>
    /// <param name="training">Batch statistics.</param>
    /// <exception cref="InvalidOperationException">It has no instance head.</exception>
    internal Tensor Embed(Tensor conv5, bool training)
    {
        RealOrRepairedHead head = InstanceHead ?? throw new InvalidOperationException("this discriminator has no instance head");
        return head.Logits(head.Hidden(conv5, training), dropout: null);
    }

    /// <summary>Activations of conv1 to conv5 in inference mode, after ReLU and before pooling.</summary>
    /// <param name="images">(B, 3, S', S') in [-1, 1]; any size the strides can take.</param>
    public IReadOnlyDictionary<string, Tensor> Features(Tensor images)
    {
        var features = new Dictionary<string, Tensor>();
        features["conv5"] = Trunk([images], TrunkLayers.Count, (name, value) =>
        {
            if (name.StartsWith("conv", StringComparison.Ordinal))
                features[name] = EnginePrecision.Widen(value);
        });
        return features;
    }

    // A further head of the class head's form; registered as name_fc1 and name_fc2.
    private RealOrRepairedHead Question(string name, NetworkOptions options, int channels, int outputs)
    {
        var head = new RealOrRepairedHead(channels, options.KeepMaskGrid, options.ClassHeadWidth, options.Dropout, outputs);
        register_module($"{name}_fc1", head.HiddenLayer);
        register_module($"{name}_fc2", head.LogitLayer);
        return head;
    }

    // [-1, 1] to 0..255 minus the RGB mean: x * 127.5 - (mean - 127.5).
    internal static Tensor Center(Tensor images)
    {
        // Made where it is needed: a copy to a device would wait for all that the device has to do.
        Tensor shift = cat([.. RgbMean.Select(m => TensorData.Full(127.5f - m, images.device, 1, 1, 1, 1))], 1);
        return images.Times(127.5).Plus(shift);
    }
}

/// <summary>What C says of a batch.</summary>
/// <param name="Conv5">(2B, K5, M, M), after ReLU.</param>
/// <param name="Hidden">(2B, head width, 1, 1): the class head's hidden layer after ReLU.</param>
/// <param name="ClassLogits">(2B, 2): index 1 = real, 0 = corrupt.</param>
/// <param name="MaskLogits">(2B, 1, M, M): one logit per entry, positive = kept; null without keep-mask head.</param>
public sealed record Verdict(Tensor Conv5, Tensor Hidden, Tensor ClassLogits, Tensor? MaskLogits);
