using SpotArtifacts.Damage;
using SpotArtifacts.Engine;
using SpotArtifacts.Networks;
using SpotArtifacts.Pretraining;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class SpottingStepTests
{
    [Fact]
    public void Forward_RealAutoencoded_ShowsTheDecodedImages()
    {
        using SpottingBench bench = new();

        SpottingObservation seen = bench.Forward();

        Assert.Equal(bench.Networks.Decode(bench.Networks.Encode(bench.Images)).ToArray<float>(), seen.Clean.ToArray<float>());
        Assert.NotEqual(bench.Images.ToArray<float>(), seen.Clean.ToArray<float>());
    }

    [Fact]
    public void Forward_Bfloat16_ComesNearFloat32AndHandsOutFloat32()
    {
        using SpottingBench bench = new("network.dropout=0");
        KeepMask mask = bench.Step.SampleMask(bench.Images)!;
        SpottingObservation exact = bench.Forward(mask);
        using IDisposable narrow = EnginePrecision.Use(Precision.Bf16);

        SpottingObservation seen = bench.Forward(mask);
        SpottingGradients gradients = bench.Step.Differentiate(seen);

        Assert.Equal(exact.Spotting.Total.item<float>(), seen.Spotting.Total.item<float>(), 0.02f);
        Assert.Equal(exact.Repair.Total.item<float>(), seen.Repair.Total.item<float>(), 0.1f);
        Assert.NotEqual(exact.Repair.Total.item<float>(), seen.Repair.Total.item<float>());
        Assert.All((Tensor[])[seen.Clean, seen.Corrupt, seen.Verdict.Conv5, seen.Verdict.ClassLogits, seen.Verdict.MaskLogits!,
            bench.Stages["damaged"], .. gradients.Spotting, .. gradients.Repair],
            tensor => Assert.Equal(ScalarType.Float32, tensor.dtype));
    }

    [Fact]
    public void Forward_Bfloat16_CastsTheDiscriminatorsWeightsOnceForCleanAndCorrupt()
    {
        using SpottingBench bench = new();
        using IDisposable narrow = EnginePrecision.Use(Precision.Bf16);
        Convolution second = (Convolution)bench.Networks.Discriminator.named_children().First(m => m.name == "conv2").module;
        List<Tensor> casts = [];

        bench.Step.Forward(bench.Images, bench.Step.SampleMask(bench.Images), (name, _) =>
        {
            if (name == "disc.conv2")
                casts.Add(EnginePrecision.NarrowWeight(second.Weight));
        });

        Assert.Equal(2, casts.Count);
        Assert.Same(casts[0], casts[1]);
    }

    [Fact]
    public void Forward_RealRaw_ShowsTheInput()
    {
        using SpottingBench bench = new("spotting.real=raw");

        Assert.Equal(bench.Images.ToArray<float>(), bench.Forward().Clean.ToArray<float>());
    }

    [Theory]
    [InlineData("spotting.real=autoencoded")]
    [InlineData("spotting.real=raw")]
    public void Forward_CleanImages_TakeNoGradient(string setting)
    {
        using SpottingBench bench = new(setting);

        SpottingObservation seen = bench.Forward();

        Assert.False(seen.Clean.requires_grad);
        Assert.True(seen.Corrupt.requires_grad);
    }

    [Fact]
    public void Forward_NoRepair_DecodesTheDamagedFeaturesAsTheyAre()
    {
        using SpottingBench bench = new("spotting.repair=none");

        SpottingObservation seen = bench.Forward();

        Assert.Empty(bench.Repairer.Parameters);
        Assert.Equal(bench.Networks.Decode(bench.Stages["damaged"]).ToArray<float>(), seen.Corrupt.ToArray<float>());
        Assert.Empty(bench.Step.Differentiate(seen).Repair);
    }

    [Fact]
    public void Forward_LocalRepair_HasTheFirstBlockOnly()
    {
        using SpottingBench bench = new("spotting.repair=local");

        bench.Forward();

        Assert.All(bench.Repairer.Parameters, p => Assert.StartsWith("repair.blocks.0.", p.Name, StringComparison.Ordinal));
        Assert.NotEqual(bench.Stages["damaged"].ToArray<float>(), bench.Stages["repair.0"].ToArray<float>());
        Assert.Equal(bench.Stages["up.0"].ToArray<float>(), bench.Stages["repair.1"].ToArray<float>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Forward_Gating_RepairsDroppedEntriesOnly(int level)
    {
        using SpottingBench bench = new();
        (int keptChanged, int droppedChanged) = Changed(bench, level);

        Assert.Equal(0, keptChanged);
        Assert.NotEqual(0, droppedChanged);
    }

    [Fact]
    public void Forward_NoGating_ChangesKeptEntriesToo()
    {
        using SpottingBench bench = new("spotting.gating=false");

        Assert.NotEqual(0, Changed(bench, level: 0).Kept);
    }

    [Fact]
    public void Forward_EverythingKept_ShowsTheCleanImagesTwice()
    {
        using SpottingBench bench = new();

        SpottingObservation seen = bench.Forward(new KeepMask(TensorData.Full(1, CPU, 3, 1, 4, 4)));

        Assert.Equal(seen.Clean.ToArray<float>(), seen.Corrupt.ToArray<float>());
    }

    [Theory]
    [InlineData("spotting.mask_weight=0")]
    [InlineData("spotting.corrupt=generator_from_noise")]
    public void Forward_NoMaskToPredict_HasNoMaskHead(string setting)
    {
        using SpottingBench bench = new(setting);

        SpottingObservation seen = bench.Forward();

        Assert.Null(seen.Verdict.MaskLogits);
        Assert.Null(seen.Spotting.Mask);
        Assert.DoesNotContain(bench.Spotter.Parameters, p => p.Name.Contains("mask_head", StringComparison.Ordinal));
    }

    [Fact]
    public void Forward_GeneratorFromNoise_DependsOnNoiseNotOnImages()
    {
        using SpottingBench bench = new("spotting.corrupt=generator_from_noise");

        float[] first = bench.Forward().Corrupt.ToArray<float>(), second = bench.Forward().Corrupt.ToArray<float>();

        Assert.NotEqual(first, second);
        Assert.All(bench.Repairer.Parameters, p => Assert.StartsWith("generator.", p.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void Forward_EncoderKernelThree_KeepsTheGrid()
    {
        using SpottingBench bench = new("network.encoder_kernel=3");

        bench.Forward();

        Assert.Equal([3, 64, 4, 4], bench.Stages["bottleneck"].shape);
    }

    [Fact]
    public void Forward_DemoObjective_AddsTheSpottingLoss()
    {
        using SpottingBench method = new("network.dropout=0"), demo = new("spotting.objective=demo", "network.dropout=0");
        KeepMask mask = method.Step.SampleMask(method.Images)!;

        SpottingObservation expected = method.Forward(mask), seen = demo.Forward(mask);

        Assert.Equal(expected.Repair.CrossEntropy.item<float>() + expected.Spotting.Total.item<float>(),
            seen.Repair.CrossEntropy.item<float>(), 1e-4);
    }

    [Theory]
    [InlineData("spotting.repair=distributed")]
    [InlineData("spotting.repair=none")]
    [InlineData("spotting.corrupt=generator_from_noise")]
    [InlineData("spotting.objective=demo")]
    public void Run_TwoSteps_ChangesEveryTrainedParameterAndNothingFrozen(string setting)
    {
        using SpottingBench bench = new(setting);
        float[][] before = Values(bench);
        float[] decoded = bench.Networks.Decode(bench.Networks.Encode(bench.Images)).ToArray<float>();

        bench.Step.Run(bench.Images, 1e-2, 1e-2);
        bench.Step.Run(bench.Images, 1e-2, 1e-2);

        Assert.All(before.Zip(Values(bench)), pair => Assert.NotEqual(pair.First, pair.Second));
        Assert.Equal(decoded, bench.Networks.Decode(bench.Networks.Encode(bench.Images)).ToArray<float>());
    }

    [Fact]
    public void Run_HistoryOn_ShowsPastImagesUnderTheirMasks()
    {
        using SpottingBench bench = new("spotting.history_size=5", "spotting.history_share=0.34", "network.dropout=0");
        SpottingObservation first = bench.Forward(), second = bench.Forward();
        float[] newest = second.Mask!.Values.narrow(0, 0, 2).ToArray<float>(),
        replayed = second.Mask.Values.narrow(0, 2, 1).ToArray<float>();

        Assert.Contains(Enumerable.Range(0, 3), i => first.Mask!.Values.narrow(0, i, 1).ToArray<float>().SequenceEqual(replayed));
        Assert.Equal(bench.History.Masks!.narrow(0, 2, 2).ToArray<float>(), newest);
        Assert.Equal(5, bench.History.Images!.shape[0]);
    }

    [Fact]
    public void Forward_SettingsOfTheStep_AreUsed()
    {
        using SpottingBench bench = new("network.dropout=0");
        SpottingObservation first = bench.Forward(new KeepMask(TensorData.Full(1, CPU, 3, 1, 4, 4)));

        (bench.Step.DropRate, bench.Step.MaskWeight) = (1e-9, bench.Step.MaskWeight * 3);
        SpottingObservation second = bench.Forward();

        Assert.All(second.Mask!.Values.ToArray<float>(), kept => Assert.Equal(1, kept));
        Assert.Equal(3 * first.Spotting.Mask!.item<float>(), second.Spotting.Mask!.item<float>(), 1e-5);
    }

    private static float[][] Values(SpottingBench bench) =>
        [.. bench.Spotter.Parameters.Concat(bench.Repairer.Parameters).Select(p => p.Value.ToArray<float>())];

    // Elements of one block's output that differ from its input, under kept and under dropped entries.
    private static (int Kept, int Dropped) Changed(SpottingBench bench, int level)
    {
        KeepMask mask = bench.Step.SampleMask(bench.Images)!;
        bench.Forward(mask);
        Tensor input = bench.Stages[level == 0 ? "damaged" : $"up.{level - 1}"], output = bench.Stages[$"repair.{level}"];
        Tensor kept = mask.At(input.shape[2], input.shape[3]) + input.zeros_like();
        float[] difference = (output - input).ToArray<float>(), keeps = kept.ToArray<float>();
        return (Count(1), Count(0));

        int Count(float value) => Enumerable.Range(0, keeps.Length).Count(i => keeps[i] == value && difference[i] != 0);
    }
}
