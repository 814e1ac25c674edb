using SpotArtifacts.Engine;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Packing;
using SpotArtifacts.Pretraining;
using SpotArtifacts.Tests.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class TrainingBatchesTests : IDisposable
{
    // The CPU under a name that is not "cpu": takes the way of every other device.
    private const string AnotherDevice = "cpu:0";
    private const long Plenty = 1 << 20;
    private readonly ImageFolderFixture _loose = new(50);
    private readonly ImageSet _packed;

    public TrainingBatchesTests()
    {
        PackedPixels.Write(_loose.Set, _loose.Folder.At("all.pix"), 4, 1, cancellation: TestContext.Current.CancellationToken);
        _packed = ImageSet.Open([_loose.Folder.At("all.pix")]);
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, 3, 5)]
    [InlineData(0, 1, 3)]
    public void Next_MadeOnTheDevice_IsTheBatchOfTheCpu(int rank, int worldSize, long start)
    {
        BatchLoaderOptions options = new()
        {
            BatchSize = 7,
            Rank = rank,
            WorldSize = worldSize,
            StartStep = start,
            Seed = 3,
        };
        using TrainingBatches onCpu = Open(options, "cpu", Plenty), onDevice = Open(options, AnotherDevice, Plenty);

        for (int step = 0; step < 12; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor expected, int[] indices) = onCpu.Next();
            (Tensor actual, int[] same) = onDevice.Next();
            Assert.Equal(indices, same);
            Assert.InRange((expected - actual).abs().ToArray<float>().Max(), 0, 2e-5f);
        }
    }

    [Fact]
    public void AreMadeOnDevice_OnlyForPackedPixelsThatFit()
    {
        DecodedImages packed = new(_packed), loose = _loose.Decode();

        Assert.True(TrainingBatches.AreMadeOnDevice(packed, AnotherDevice, 50 * 3 * 16));
        Assert.False(TrainingBatches.AreMadeOnDevice(packed, AnotherDevice, 50 * 3 * 16 - 1));
        Assert.False(TrainingBatches.AreMadeOnDevice(packed, "cpu", Plenty));
        Assert.False(TrainingBatches.AreMadeOnDevice(loose, AnotherDevice, Plenty));
    }

    [Fact]
    public void Next_LooseImagesForADevice_ComeFromTheLoader()
    {
        using TrainingBatches batches = new(_loose.Decode(), View(), new BatchLoaderOptions { BatchSize = 5 }, AnotherDevice,
            Plenty);
        using DisposeScope scope = NewDisposeScope();

        (Tensor images, int[] indices) = batches.Next();

        Assert.Equal([5L, 3, 8, 8], images.shape);
        Assert.Equal(5, indices.Length);
    }

    [Fact]
    public void Dispose_AfterBatches_LeavesNoTensor()
    {
        long before = LiveTensors.Count();
        using (TrainingBatches batches = Open(new BatchLoaderOptions { BatchSize = 5 }, AnotherDevice, Plenty))
        {
            using DisposeScope scope = NewDisposeScope();
            batches.Next();
        }
        Assert.Equal(before, LiveTensors.Count());
    }

    public void Dispose()
    {
        _packed.Dispose();
        _loose.Dispose();
    }

    private TrainingBatches Open(BatchLoaderOptions options, Device device, long budget) =>
        new(new DecodedImages(_packed), View(), options, device, budget);

    private static Augmentation View() => new(new AugmentationOptions(), 8);
}
