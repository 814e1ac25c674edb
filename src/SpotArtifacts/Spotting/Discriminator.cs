using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Spotting;

// 2B clean and corrupt images together, S image side, M bottleneck grid; K1..K5 widths of conv1..conv5.

/// <summary>
/// C: AlexNet with two-column convolutions, a real-or-repaired head and a keep-mask head (method.md section 3, Discriminator);
/// by choice a rotation head too.
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

    [ComponentName(Name = "conv1")] private readonly Convolution _conv1;
    [ComponentName(Name = "conv2")] private readonly Convolution _conv2;
    [ComponentName(Name = "conv3")] private readonly Convolution _conv3;
    [ComponentName(Name = "conv4")] private readonly Convolution _conv4;
    [ComponentName(Name = "conv5")] private readonly ShiftedConvolution _conv5;

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
    /// <param name="instanceHead">Whether it also tells which images show the same.</param>
    public Discriminator(NetworkOptions options, bool keepMaskHead = true, int classes = 2, bool rotationHead = false,
        bool instanceHead = false) : this(options, keepMaskHead, classes, rotationHead, instanceHead, pretextHead: null)
    {
    }

    /// <param name="options">Sizes.</param>
    /// <param name="keepMaskHead">Whether it also predicts the keep mask.</param>
    /// <param name="classes">Logits of the class head; 0 for none.</param>
    /// <param name="rotationHead">Whether it also tells turns.</param>
    /// <param name="instanceHead">Whether it also tells which images show the same.</param>
    /// <param name="pretextHead">A head of a pretext's own, which is this module's then; in checkpoints <c>discriminator.head.…</c>.</param>
    internal Discriminator(NetworkOptions options, bool keepMaskHead, int classes, bool rotationHead, bool instanceHead,
        nn.Module<Tensor, Tensor>? pretextHead) : base("discriminator")
    {
        ConvolutionShape[] shapes = Shapes(options);
        _conv1 = new Convolution(shapes[0], bias: true);
        _conv2 = new Convolution(shapes[1], bias: true);
        _conv3 = new Convolution(shapes[2], bias: true);
        _conv4 = new Convolution(shapes[3], bias: true);
        _conv5 = new ShiftedConvolution(shapes[4]);
        RegisterComponents();
        int channels = shapes[4].Outputs;
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
            InstanceHead = Question("instance", options, channels, InstanceEmbeddings.Width);
    }

    /// <summary>The first layer; the others follow.</summary>
    public Convolution Conv1 => _conv1;

    /// <summary>The second layer.</summary>
    public Convolution Conv2 => _conv2;

    /// <summary>The third layer.</summary>
    public Convolution Conv3 => _conv3;

    /// <summary>The fourth layer.</summary>
    public Convolution Conv4 => _conv4;

    /// <summary>The fifth layer, with its batch norm.</summary>
    public ShiftedConvolution Conv5 => _conv5;

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

    /// <summary>Sizes of conv1 to conv5 (method.md section 3).</summary>
    internal static ConvolutionShape[] Shapes(NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<int> k = options.DiscriminatorWidths;
        return
        [
            new(3, k[0], 11, options.Conv1Stride, Same: true), new(k[0], k[1], 5, Groups: 2, Same: true),
            new(k[1], k[2], 3, Same: true),
            new(k[2], k[3], 3, Groups: 2, Same: true), new(k[3], k[4], 3, Groups: 2, Same: true),
        ];
    }

    /// <summary>
    /// The verdict on images that all have one origin, by the module's own mode; training drops with torch's default generator.
    /// </summary>
    /// <param name="input">(B, 3, S, S) in [-1, 1].</param>
    public override Verdict forward(Tensor input) => Judge(Trunk(input), training, training ? Generator.Default : null);

    /// <summary>
    /// conv1 up to conv5's convolution, image by image: (B, 3, S, S) in [-1, 1] to (B, K5, M, M) before conv5's batch norm.
    /// </summary>
    /// <param name="images">Clean or corrupt images.</param>
    /// <param name="stage">Called with each stage's name and output.</param>
    public Tensor Trunk(Tensor images, Action<string, Tensor>? stage = null) =>
        _conv5.Convolution.forward(RunTo(4, images, stage));

    /// <summary>Activations of one layer in inference mode, after ReLU and before pooling; later layers are not computed.</summary>
    /// <param name="images">(B, 3, S, S) in [-1, 1].</param>
    /// <param name="layer">1 to 5.</param>
    internal Tensor Layer(Tensor images, int layer) => EnginePrecision.Widen(
        layer == 5 ? FinishConv5(Trunk(images), training: false) : RunTo(layer, images, stage: null));

    private Tensor RunTo(int layer, Tensor images, Action<string, Tensor>? stage)
    {
        Convolution[] convolutions = [_conv1, _conv2, _conv3, _conv4];
        Tensor x = Tap(stage, "input", Center(images));
        for (int i = 1; i <= layer; i++)
        {
            x = Tap(stage, $"conv{i}", convolutions[i - 1].forward(x).relu_());
            if (i < layer && i <= 2)
                x = Tap(stage, $"pool{i}", PoolAndNormalize(x));
        }
        return x;
    }

    /// <summary>conv5's batch norm and ReLU, of what <see cref="Trunk"/> gives: for training on another task.</summary>
    /// <param name="trunk">(B, K5, M, M).</param>
    /// <param name="training">Batch statistics, which also move the running ones, instead of the running ones.</param>
    internal Tensor FinishConv5(Tensor trunk, bool training) => functional.relu(_conv5.Norm.Forward(trunk, training));

    /// <summary>conv5's batch norm and both heads; in training the batch norms take clean and corrupt images together.</summary>
    /// <param name="trunk">(2B, K5, M, M), clean images first.</param>
    /// <param name="training">Batch statistics and dropout.</param>
    /// <param name="dropout">Source of dropout; null for none.</param>
    /// <exception cref="InvalidOperationException">It has no class head.</exception>
    public Verdict Judge(Tensor trunk, bool training, Generator? dropout)
    {
        Tensor conv5 = FinishConv5(trunk, training);
        RealOrRepairedHead head = ClassHead ?? throw new InvalidOperationException("this discriminator has no class head");
        Tensor hidden = head.Hidden(conv5, training);
        return new Verdict(conv5, hidden, head.Logits(hidden, training ? dropout : null), MaskHead?.Forward(conv5));
    }

    /// <summary>What the pretext's own head, or else the class head, answers in training.</summary>
    /// <param name="images">(N, 3, S, S) in [-1, 1].</param>
    /// <param name="dropout">Source of the class head's dropout.</param>
    internal Tensor Answer(Tensor images, Generator dropout)
    {
        Tensor trunk = Trunk(images);
        return PretextHead is null ? Judge(trunk, training: true, dropout).ClassLogits
            : PretextHead.forward(EnginePrecision.Widen(FinishConv5(trunk, training: true)));
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
        Tensor trunk = Trunk(images, (name, value) =>
        {
            if (name.StartsWith("conv", StringComparison.Ordinal))
                features[name] = EnginePrecision.Widen(value);
        });
        features["conv5"] = FinishConv5(trunk, training: false);
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

    private static Tensor Tap(Action<string, Tensor>? stage, string name, Tensor value)
    {
        stage?.Invoke(name, value);
        return value;
    }

    // [-1, 1] to 0..255 minus the RGB mean: x * 127.5 - (mean - 127.5).
    internal static Tensor Center(Tensor images)
    {
        // Made where it is needed: a copy to a device would wait for all that the device has to do.
        Tensor shift = cat([.. RgbMean.Select(m => TensorData.Full(127.5f - m, images.device, 1, 1, 1, 1))], 1);
        return images.Times(127.5).Plus(shift);
    }

    internal static Tensor PoolAndNormalize(Tensor x) =>
        Operations.LocalResponseNorm(Operations.MaxPoolSame(x, PoolWindow, PoolStride), ResponseWindow, ResponseAlpha,
            ResponseBeta, k: 1);
}

/// <summary>What C says of a batch.</summary>
/// <param name="Conv5">(2B, K5, M, M), after ReLU.</param>
/// <param name="Hidden">(2B, head width, 1, 1): the class head's hidden layer after ReLU.</param>
/// <param name="ClassLogits">(2B, 2): index 1 = real, 0 = corrupt.</param>
/// <param name="MaskLogits">(2B, 1, M, M): one logit per entry, positive = kept; null without keep-mask head.</param>
public sealed record Verdict(Tensor Conv5, Tensor Hidden, Tensor ClassLogits, Tensor? MaskLogits);
