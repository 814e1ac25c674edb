using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Spotting.Trunks;

public sealed class TrunkLayersTests : IDisposable
{
    // Of the largest value: ours compute in Float32, what they are compared with in double.
    private const double ForwardTolerance = 2e-5, GradientTolerance = 1e-3;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(3);

    /// <summary>Trunk, image side, encoder levels, conv1's stride: grids of 4, 8 and 3.</summary>
    public static TheoryData<TrunkKind, int, int, int> Sizes => new()
    {
        { TrunkKind.AlexnetBn, 32, 3, 2 },
        { TrunkKind.AlexnetBn, 32, 2, 1 },
        { TrunkKind.Resnet18, 32, 3, 2 },
        { TrunkKind.Resnet18, 32, 2, 1 },
        { TrunkKind.Resnet18, 48, 4, 4 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Features_InInference_AreThoseOfTheLibrarysLayers(TrunkKind kind, int size, int levels, int stride)
    {
        NetworkOptions options = Options(kind, size, levels, stride);
        using Discriminator ours = Disturbed(options);
        LibraryTrunk library = Same(ours, options);
        using IDisposable off = no_grad();
        Tensor images = Images(3, size);

        IReadOnlyDictionary<string, Tensor> features = ours.Features(images);
        IReadOnlyList<Tensor> expected = library.Run(images.to(ScalarType.Float64), training: false);

        Assert.Equal(options.KeepMaskGrid, features["conv5"].size(2));
        for (int i = 0; i < expected.Count; i++)
            AssertNear(expected[i], features[$"conv{i + 1}"], ForwardTolerance, $"conv{i + 1}");
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Trunk_CleanAndCorruptInTraining_IsTheLibrarysOfBothTogether(TrunkKind kind, int size, int levels, int stride)
    {
        NetworkOptions options = Options(kind, size, levels, stride);
        using Discriminator ours = Disturbed(options);
        LibraryTrunk library = Same(ours, options);
        Tensor clean = Images(2, size).requires_grad_(), corrupt = Images(2, size).requires_grad_();
        Tensor cleanDouble = Double(clean), corruptDouble = Double(corrupt);

        Tensor conv5 = ours.Trunk([clean, corrupt], settled: 0);
        Tensor expected = library.Run(cat([cleanDouble, corruptDouble], 0), training: true)[4];

        AssertNear(expected, conv5, ForwardTolerance, "conv5");
        // Any function of the layer will do, as long as its gradient differs from place to place.
        Tensor weights = Operations.Normal(_random, CPU, [.. conv5.shape]);
        NetworkTensor[] trained =
            [.. ours.Trained().Where(p => p.Name.StartsWith("discriminator.conv", StringComparison.Ordinal))];
        Dictionary<string, Tensor> theirs = library.Tensors;
        Tensor[] found = Gradients.Of([(conv5 * weights).sum()], [.. trained.Select(p => p.Value), clean, corrupt]);
        Tensor[] wanted = Gradients.Of([(expected * weights).sum()],
            [.. trained.Select(p => theirs[p.Name]), cleanDouble, corruptDouble]);
        string[] names = [.. trained.Select(p => p.Name), "clean", "corrupt"];
        for (int i = 0; i < names.Length; i++)
            AssertNear(wanted[i], found[i], GradientTolerance, names[i]);
        foreach (NetworkTensor moved in ours.Tensors().Where(p => p.Name.Contains(".running_", StringComparison.Ordinal)
            && theirs.ContainsKey(p.Name)))
            AssertNear(theirs[moved.Name], moved.Value, ForwardTolerance, moved.Name);
    }

    [Theory]
    [InlineData(TrunkKind.Alexnet, false)]
    [InlineData(TrunkKind.AlexnetBn, true)]
    [InlineData(TrunkKind.Resnet18, true)]
    public void Trunk_OtherCorruptImages_ChangeTheCleanHalfsFirstLayersWhereNormsJoinThem(TrunkKind kind, bool joined)
    {
        using Discriminator network = Disturbed(Options(kind, 32, 3, 2));
        Tensor clean = Images(2, 32);

        (float[] first, int calls) = FirstLayer(network, clean, Images(2, 32));
        (float[] second, _) = FirstLayer(network, clean, Images(2, 32));

        Assert.Equal(joined ? 1 : 2, calls);
        Assert.Equal(joined, !first.SequenceEqual(second));
    }

    [Theory]
    [InlineData(TrunkKind.Alexnet)]
    [InlineData(TrunkKind.AlexnetBn)]
    [InlineData(TrunkKind.Resnet18)]
    public void Trunk_SettledLayers_KeepTheirStatisticsAndOthersMove(TrunkKind kind)
    {
        for (int settled = 0; settled <= 5; settled++)
        {
            using Discriminator network = Disturbed(Options(kind, 32, 3, 2));
            Dictionary<string, float[]> before = Statistics(network);

            network.Trunk([Images(2, 32)], settled);

            Dictionary<string, float[]> after = Statistics(network);
            Assert.NotEmpty(before);
            Assert.All(before, item =>
                Assert.Equal(LayerOf(item.Key) <= settled, item.Value.SequenceEqual(after[item.Key])));
        }
    }

    // Looked at, each layer is computed by itself; else ReLU, pooling and normalisation, and 24 channels' bias, go together.
    [Theory]
    [InlineData(Precision.F32, 1e-12)]
    [InlineData(Precision.Bf16, 0.02)]
    public void Trunk_NobodyLooks_IsTheSame(Precision precision, double gradientTolerance)
    {
        using IDisposable computed = EnginePrecision.Use(precision);
        NetworkOptions options = Presets.Get("demo32").Network;
        using Discriminator network = Disturbed(options);
        NetworkTensor[] trained = [.. network.Trained().Where(p => LayerOf(p.Name) is >= 1 and <= 5)];
        Tensor images = Images(3, 32).requires_grad_();

        Tensor conv5 = network.Trunk([images], settled: 5), seen = network.Trunk([images], settled: 5, (_, _) => { });

        Assert.Equal(seen.ToArray<float>(), conv5.ToArray<float>());
        Tensor weights = Operations.Normal(_random, CPU, [.. conv5.shape]);
        Tensor[] inputs = [.. trained.Select(p => p.Value), images];
        Tensor[] found = Gradients.Of([(conv5 * weights).sum()], inputs), wanted = Gradients.Of([(seen * weights).sum()], inputs);
        for (int i = 0; i < inputs.Length; i++)
            AssertNear(wanted[i].to(ScalarType.Float64), found[i], gradientTolerance,
                i < trained.Length ? trained[i].Name : "images");
    }

    public void Dispose()
    {
        _random.Dispose();
        _scope.Dispose();
    }

    private static int LayerOf(string name) =>
        name.StartsWith("discriminator.conv", StringComparison.Ordinal) ? name["discriminator.conv".Length] - '0' : 0;

    private static Dictionary<string, float[]> Statistics(Discriminator network) => network.Tensors()
        .Where(p => p.Role == TensorRole.RunningStatistic && p.Name.StartsWith("discriminator.conv", StringComparison.Ordinal))
        .ToDictionary(p => p.Name, p => p.Value.ToArray<float>());

    // The clean half of conv1, and how often it was computed.
    private static (float[] Values, int Calls) FirstLayer(Discriminator network, Tensor clean, Tensor corrupt)
    {
        List<Tensor> seen = [];
        network.Trunk([clean, corrupt], settled: 0, (name, value) =>
        {
            if (name == "conv1")
                seen.Add(value);
        });
        return (seen[0].narrow(0, 0, clean.size(0)).ToArray<float>(), seen.Count);
    }

    private static NetworkOptions Options(TrunkKind kind, int size, int levels, int stride)
    {
        Recipe recipe = Presets.Get("fix32");
        recipe = recipe with
        {
            Network = recipe.Network with
            {
                Trunk = kind,
                ImageSize = size,
                EncoderWidths = [.. Enumerable.Repeat(8, levels)],
                DiscriminatorWidths = [6, 6, 8, 10, 8],
                Conv1Stride = stride,
            },
        };
        recipe.Validate();
        return recipe.Network;
    }

    private Discriminator Disturbed(NetworkOptions options)
    {
        var network = new Discriminator(options);
        InitialValues.SetGlorotUniform(network, 3);
        foreach (NetworkTensor tensor in network.Tensors().Where(p => p.Role is not TensorRole.ConvolutionWeight))
        {
            Tensor noise = Operations.Normal(_random, CPU, [.. tensor.Value.shape]);
            tensor.Set(tensor.Name.EndsWith("running_var", StringComparison.Ordinal) ? noise.square() + 0.5
                : tensor.Value.detach() + noise * 0.2);
        }
        return network;
    }

    private static LibraryTrunk Same(Discriminator ours, NetworkOptions options)
    {
        var library = new LibraryTrunk(options);
        Dictionary<string, Tensor> theirs = library.Tensors;
        foreach (NetworkTensor tensor in ours.Tensors().Where(p => theirs.ContainsKey(p.Name)))
            theirs[tensor.Name].Assign(tensor.Value);
        return library;
    }

    private Tensor Images(long count, int size) => nn.functional.tanh(Operations.Normal(_random, CPU, count, 3, size, size));

    private static Tensor Double(Tensor x) => x.detach().to(ScalarType.Float64).requires_grad_();

    private static void AssertNear(Tensor expected, Tensor found, double tolerance, string name)
    {
        Assert.True(expected.shape.SequenceEqual(found.shape), name);
        double largest = expected.abs().max().item<double>();
        double difference = (expected - found.to(ScalarType.Float64)).abs().max().item<double>() / largest;
        Assert.True(largest > 0 && difference < tolerance, $"{name}: {difference} of {largest}");
    }
}
