using System.Text.Json.Nodes;
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
    public void Write_StoppedAndBegunAgain_LeavesNothingHalfAndGivesTheSameBytes()
    {
        ShardOptions options = new() { ShardBytes = 700 };
        Pack(30, "again", options);
        Dictionary<string, byte[]> whole = Directory.GetFiles(_folder.At("again"))
            .ToDictionary(path => path, File.ReadAllBytes);
        string manifest = _folder.At("again/manifest.json");
        JsonObject said = JsonNode.Parse(whole[manifest])!.AsObject();
        using ImageSet set = ImageSet.Open([_folder.At("images")]);
        // As a kill leaves it: shards that the manifest does not know yet, and shards that are not there.
        for (int known = said["shards"]!.AsArray().Count - 1; known >= 0; known -= 3)
        {
            said["shards"]!.AsArray().RemoveRange(known, said["shards"]!.AsArray().Count - known);
            File.WriteAllText(manifest, said.ToJsonString());
            File.WriteAllBytes(_folder.At($"again/images-{known:D6}.tar"), [1]);
            File.Delete(_folder.At($"again/images-{known + 1:D6}.tar"));
            using CancellationTokenSource stop = new();
            Assert.ThrowsAny<OperationCanceledException>(() => ShardWriter.Write(set, _folder.At("again"), options,
                new Reports<DecodingProgress>(_ => stop.Cancel()), stop.Token));
            Assert.Empty(Directory.GetFiles(_folder.At("again"), "*.tmp"));

            ShardWriter.Write(set, _folder.At("again"), options, cancellation: TestContext.Current.CancellationToken);

            Assert.Equal(whole.Keys.Order(), Directory.GetFiles(_folder.At("again")).Order());
            Assert.All(whole, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
        }
    }

    [Fact]
    public void Write_BySeveralProcesses_EqualsThatOfOneByteByByte()
    {
        _folder.Write("images/zz.png", [1, 2, 3]);
        Pack(40, "one", new ShardOptions { ShardBytes = 300, Seed = 7 });

        SharedWork.Run(3, share =>
        {
            using ImageSet set = ImageSet.Open([_folder.At("images")]);
            return ShardWriter.Write(set, _folder.At("three"), new ShardOptions { ShardBytes = 300, Seed = 7 }, null, share,
                TestContext.Current.CancellationToken);
        });

        string[] files = [.. Directory.GetFiles(_folder.At("one")).Select(file => Path.GetFileName(file)).Order()];
        Assert.True(files.Length > 8);
        Assert.Equal(files, Directory.GetFiles(_folder.At("three")).Select(file => Path.GetFileName(file)).Order());
        Assert.All(files, file => Assert.Equal(
            File.ReadAllBytes(_folder.At($"one/{file}")), File.ReadAllBytes(_folder.At($"three/{file}"))));
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
