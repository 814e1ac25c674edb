using SpotArtifacts.Images.Packing;

namespace SpotArtifacts.Images.Tests.Packing;

public sealed class ShardWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Write_ThenOpen_GivesEveryImageOnceWithItsLabel()
    {
        ShardManifest manifest = Pack(40, "out", new ShardOptions { ShardBytes = 1000, Seed = 3 });
        Assert.True(manifest.IsComplete && manifest.Shards.Count > 3);
        using ImageSet before = ImageSet.Open([_folder.At("images")]), after = ImageSet.Open([_folder.At("out")]);
        Assert.Equal(40, after.Count);
        string Describe(ImageSet set, int i) => $"{set.Label(i)} {Convert.ToHexString(set.ReadEncoded(i)!)}";
        Assert.Equal(
            Enumerable.Range(0, 40).Select(i => Describe(before, i)).Order(),
            Enumerable.Range(0, 40).Select(i => Describe(after, i)).Order());
        Assert.NotEqual(
            Enumerable.Range(0, 40).Select(i => Describe(before, i)), Enumerable.Range(0, 40).Select(i => Describe(after, i)));
    }

    [Fact]
    public void Write_KilledAndBegunAgain_GivesTheSameBytes()
    {
        ShardOptions options = new() { ShardBytes = 700 };
        Pack(30, "whole", options);
        using ImageSet set = ImageSet.Open([_folder.At("images")]);
        for (int stopAfter = 5; stopAfter < 30; stopAfter += 6)
        {
            using CancellationTokenSource stop = new();
            Assert.ThrowsAny<OperationCanceledException>(() => ShardWriter.Write(set, _folder.At("again"), options,
                new Reports<DecodingProgress>(progress =>
                {
                    if (progress.Done == stopAfter)
                        stop.Cancel();
                }), stop.Token));
            Assert.Empty(Directory.GetFiles(_folder.At("again"), "*.tmp"));
        }
        ShardWriter.Write(set, _folder.At("again"), options, cancellation: TestContext.Current.CancellationToken);
        foreach (string shard in Directory.GetFiles(_folder.At("whole")))
            Assert.Equal(File.ReadAllBytes(shard), File.ReadAllBytes(Path.Combine(_folder.At("again"), Path.GetFileName(shard))));
    }

    [Fact]
    public void Write_DamagedImages_AreLeftOutAndNamed()
    {
        _folder.Write("images/zz.png", [1, 2, 3]);
        ShardManifest manifest = Pack(3, "out", new ShardOptions());
        Assert.EndsWith("zz.png", Assert.Single(manifest.Damaged).Name, StringComparison.Ordinal);
        using ImageSet after = ImageSet.Open([_folder.At("out")]);
        Assert.Equal(3, after.Count);
    }

    [Fact]
    public void Write_IntoAFolderOfSomethingElse_IsRefused()
    {
        _folder.Write("out/notes.txt", [1]);
        Assert.Contains(
            "not empty", Assert.Throws<SpotException>(() => Pack(3, "out", new ShardOptions())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OverAPackOfAnotherSeed_IsRefused()
    {
        Pack(3, "out", new ShardOptions());
        Assert.Contains(
            "another seed", Assert.Throws<SpotException>(() => Pack(3, "out", new ShardOptions { Seed = 2 })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OverAShardThatChanged_IsRefused()
    {
        Pack(3, "out", new ShardOptions());
        File.AppendAllText(_folder.At("out/images-000000.tar"), "x");
        Assert.Contains(
            "has changed", Assert.Throws<SpotException>(() => Pack(3, "out", new ShardOptions())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OverADamagedManifest_NamesIt()
    {
        _folder.Write("out/manifest.json", "{"u8.ToArray());
        Assert.Contains(
            "manifest.json", Assert.Throws<SpotException>(() => Pack(3, "out", new ShardOptions())).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private ShardManifest Pack(int count, string name, ShardOptions options)
    {
        for (int i = 0; i < count; i++)
            _folder.WriteImage($"images/{(i % 2 == 0 ? "cat" : "dog")}/{i:D4}.png", i);
        using ImageSet set = ImageSet.Open([_folder.At("images")]);
        return ShardWriter.Write(set, _folder.At(name), options, cancellation: TestContext.Current.CancellationToken);
    }
}
