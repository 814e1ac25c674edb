using SpotArtifacts.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Tests.Spotting.Trunks;

/// <summary>
/// The trunks with batch norms written down anew out of TorchSharp's own operators, in double precision, their tensors by the
/// names in a discriminator: what ours are compared with. Its modules would draw from torch's default generator beside other tests.
/// </summary>
internal sealed class LibraryTrunk
{
    private readonly NetworkOptions _options;
    private readonly Dictionary<string, Part> _parts = [];
    private bool _training;

    internal LibraryTrunk(NetworkOptions options)
    {
        _options = options;
        IReadOnlyList<int> k = options.DiscriminatorWidths;
        if (options.Trunk == TrunkKind.AlexnetBn)
        {
            Add("conv1", 3, k[0], 11, options.Conv1Stride);
            Add("conv2", k[0], k[1], 5, groups: 2);
            Add("conv3", k[1], k[2], 3);
            Add("conv4", k[2], k[3], 3, groups: 2);
            Add("conv5", k[3], k[4], 3, groups: 2);
            return;
        }
        Add("conv1", 3, k[0], 3);
        for (int group = 2; group <= 5; group++)
        {
            (int inputs, int outputs) = (k[group - 2], k[group - 1]);
            Add($"conv{group}.0.conv1", inputs, outputs, 3, Stride(group));
            Add($"conv{group}.0.conv2", outputs, outputs, 3);
            if (inputs != outputs || Stride(group) != 1)
                Add($"conv{group}.0.shortcut", inputs, outputs, 1, Stride(group));
            Add($"conv{group}.1.conv1", outputs, outputs, 3);
            Add($"conv{group}.1.conv2", outputs, outputs, 3);
        }
    }

    /// <summary>Tensors by name; a norm that has no scale in ours keeps that of ones.</summary>
    internal Dictionary<string, Tensor> Tensors => _parts.SelectMany(part => (KeyValuePair<string, Tensor>[])
    [
        new($"discriminator.{part.Key}.conv.weight", part.Value.Weight),
        new($"discriminator.{part.Key}.bn.weight", part.Value.Scale),
        new($"discriminator.{part.Key}.bn.bias", part.Value.Shift),
        new($"discriminator.{part.Key}.bn.running_mean", part.Value.Mean),
        new($"discriminator.{part.Key}.bn.running_var", part.Value.Variance),
    ]).ToDictionary();

    /// <summary>conv1 to conv5 after ReLU, of images in [-1, 1].</summary>
    internal IReadOnlyList<Tensor> Run(Tensor images, bool training)
    {
        _training = training;
        Tensor mean = tensor(new double[] { 123.68, 116.78, 103.94 }).reshape(1, 3, 1, 1);
        Tensor x = images * 127.5 + 127.5 - mean;
        return _options.Trunk == TrunkKind.AlexnetBn ? AlexNet(x) : ResNet(x);
    }

    private List<Tensor> AlexNet(Tensor x)
    {
        List<Tensor> layers = [];
        for (int i = 1; i <= 5; i++)
        {
            if (i is 2 or 3)
                x = functional.max_pool2d(Padded(x, 3, 2, double.NegativeInfinity), 3, 2);
            (int kernel, int stride) = i == 1 ? (11, _options.Conv1Stride) : i == 2 ? (5, 1) : (3, 1);
            x = functional.relu(Normalized($"conv{i}", Padded(x, kernel, stride, 0)));
            layers.Add(x);
        }
        return layers;
    }

    private List<Tensor> ResNet(Tensor x)
    {
        x = functional.relu(Normalized("conv1", functional.pad(x, [1, 1, 1, 1])));
        List<Tensor> layers = [x];
        for (int group = 2; group <= 5; group++)
        {
            for (int block = 0; block < 2; block++)
            {
                string name = $"conv{group}.{block}";
                Tensor y = functional.relu(Normalized($"{name}.conv1", functional.pad(x, [1, 1, 1, 1])));
                y = Normalized($"{name}.conv2", functional.pad(y, [1, 1, 1, 1]));
                x = functional.relu(y + (_parts.ContainsKey($"{name}.shortcut") ? Normalized($"{name}.shortcut", x) : x));
            }
            layers.Add(x);
        }
        return layers;
    }

    private Tensor Normalized(string name, Tensor x)
    {
        Part part = _parts[name];
        Tensor y = functional.conv2d(x, part.Weight, null, [part.Stride, part.Stride], [0, 0], [1, 1], part.Groups);
        return functional.batch_norm(y, part.Mean, part.Variance, part.Scale, part.Shift, _training, momentum: 0.025, eps: 1e-3);
    }

    // The groups that halve are the last ones.
    private int Stride(int group) => group > 5 - _options.EncoderWidths.Count ? 2 : 1;

    private void Add(string name, int inputs, int outputs, int kernel, int stride = 1, int groups = 1) => _parts[name] = new(
        zeros(outputs, inputs / groups, kernel, kernel, dtype: ScalarType.Float64).requires_grad_(),
        ones(outputs, dtype: ScalarType.Float64).requires_grad_(), zeros(outputs, dtype: ScalarType.Float64).requires_grad_(),
        zeros(outputs, dtype: ScalarType.Float64), ones(outputs, dtype: ScalarType.Float64), stride, groups);

    // TensorFlow's SAME: the odd pixel at the end.
    private static Tensor Padded(Tensor x, int kernel, int stride, double value)
    {
        long size = x.size(2), total = Math.Max(((size + stride - 1) / stride - 1) * stride + kernel - size, 0);
        long before = total / 2, after = total - before;
        return functional.pad(x, [before, after, before, after], value: value);
    }

    private sealed record Part(Tensor Weight, Tensor Scale, Tensor Shift, Tensor Mean, Tensor Variance, int Stride, int Groups);
}
