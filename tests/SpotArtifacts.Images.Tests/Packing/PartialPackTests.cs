using SpotArtifacts.Images.Packing;

namespace SpotArtifacts.Images.Tests.Packing;

public sealed class PartialPackTests : IDisposable
{
    private const int Images = 2500; // more than two rounds of decoding
    private readonly TemporaryFolder _folder = new();

    public PartialPackTests()
    {
        byte[][] files = [.. Enumerable.Range(0, 16).Select(i => PngFile.Encode(TestImages.Pattern(4, 4, i)))];
        for (int i = 0; i < Images; i++)
            _folder.Write($"images/{i:D4}.png", i is 3 or 1500 ? [1, 2, 3] : files[i % files.Length]);
    }

    [Fact]
    public void Write_StoppedAndStartedAgain_GivesTheBytesOfAnUninterruptedPack()
    {
        Write("whole");
        foreach (int stop in (int[])[1024, 2048])
        {
            using var source = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(
                () => Write("stopped", progress =>
                {
                    if (progress.Done == stop)
                        source.Cancel();
                }, source.Token));
            Assert.False(File.Exists(_folder.At("stopped")));
            Assert.True(File.Exists(_folder.At("stopped.partial.json")));
        }
        List<int> done = [];

        IReadOnlyList<SkippedImage> skipped = Write("stopped", progress => done.Add(progress.Done));

        Assert.Equal([Images], done);
        Assert.Equal(2, skipped.Count);
        Assert.True(File.ReadAllBytes(_folder.At("whole")).AsSpan().SequenceEqual(File.ReadAllBytes(_folder.At("stopped"))));
        Assert.Equal(
            ["images", "stopped", "whole"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Write_KilledBehindTheLastState_CutsOffWhatIsNotToBeTrusted()
    {
        Write("whole");
        Stop("killed");
        File.AppendAllText(_folder.At("killed.partial"), "half an image");

        Write("killed");

        Assert.True(File.ReadAllBytes(_folder.At("whole")).AsSpan().SequenceEqual(File.ReadAllBytes(_folder.At("killed"))));
    }

    [Fact]
    public void Write_PixelsWithoutState_BeginsAnew()
    {
        Write("whole");
        _folder.Write("anew.partial", new byte[10_000_000]);

        Write("anew");

        Assert.True(File.ReadAllBytes(_folder.At("whole")).AsSpan().SequenceEqual(File.ReadAllBytes(_folder.At("anew"))));
    }

    [Theory]
    [InlineData("", "delete it")]
    [InlineData("{}", "delete it")]
    [InlineData(
        "{\"set_digest\":\"0\",\"side\":4,\"looked\":1,\"checksums\":[1],\"open_checksum\":0,"
            + "\"skipped_indices\":[],\"skipped\":[]}", "do not agree")]
    [InlineData(
        "{\"set_digest\":\"0\",\"side\":4,\"looked\":0,\"checksums\":[],\"open_checksum\":0,"
            + "\"skipped_indices\":[],\"skipped\":[]}", "other images")]
    public void Write_SenselessState_IsRefused(string state, string reason)
    {
        _folder.Write("bad.partial.json", System.Text.Encoding.UTF8.GetBytes(state));

        string message = Assert.Throws<SpotException>(() => Write("bad")).Message;

        Assert.Contains(_folder.At("bad.partial.json"), message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_PixelsShorterThanTheStateSays_IsRefused()
    {
        Stop("short");
        using (FileStream pixels = File.OpenWrite(_folder.At("short.partial")))
            pixels.SetLength(100);

        Assert.Contains("shorter", Assert.Throws<SpotException>(() => Write("short")).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void Stop(string name)
    {
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Write(name, _ => source.Cancel(), source.Token));
    }

    private IReadOnlyList<SkippedImage> Write(
        string name, Action<DecodingProgress>? progress = null, CancellationToken? stop = null)
    {
        using ImageSet set = ImageSet.Open([_folder.At("images")]);
        return PackedPixels.Write(set, _folder.At(name), 4, threads: 2, Reports<DecodingProgress>.To(progress),
            stop ?? TestContext.Current.CancellationToken);
    }
}
