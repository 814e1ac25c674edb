using SpotArtifacts.Images;
using SpotArtifacts.Repair;
using SpotArtifacts.Tests.Export;

namespace SpotArtifacts.Tests.Repair;

public sealed class RepairRunTests : IDisposable
{
    private static readonly Dictionary<string, string> s_settings = new() { ["network"] = "x" };

    private readonly TinyWeights _tiny = new();
    private readonly RepairingNetworks _networks;
    private readonly LogLines _said = [];

    public RepairRunTests() => _networks = RepairingNetworks.Load(_tiny.Weights);

    [Fact]
    public void Run_Images_WritesSheetsPicturesAndATable()
    {
        _tiny.WriteImages("images", 13);
        _tiny.WriteDamaged("images/0000x.png");

        Run("out");

        Assert.Equal(["0001.png", "0002.png"],
            Directory.GetFiles(_tiny.At("out/sheets")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(13, Directory.GetFiles(_tiny.At("out/repaired")).Length);
        Assert.True(File.Exists(_tiny.At("out/repaired/0003-0001.png")));
        Assert.Equal(14, File.ReadAllLines(_tiny.At("out/repair.csv")).Length);
        Assert.Contains("0000x.png", Assert.Single(_said), StringComparison.Ordinal);
        RgbImage sheet = ImageDecoder.Decode(File.ReadAllBytes(_tiny.At("out/sheets/0001.png")), "sheet");
        Assert.Equal(11 * (96 + 1) + 1, sheet.Width); // twelve of which one is damaged
    }

    [Fact]
    public void Run_StoppedAndStartedAgain_GivesTheSameFiles()
    {
        _tiny.WriteImages("images", 30);
        Run("whole");
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Run("parts", progress =>
        {
            if (progress.Done == 12)
                stop.Cancel();
        }, stop));
        File.AppendAllText(_tiny.At("parts/repair.csv"), "13,torn");

        List<int> done = [];
        Run("parts", progress => done.Add(progress.Done));

        Assert.Equal([24, 30], done);
        foreach (string file in Directory.GetFiles(_tiny.At("whole"), "*", SearchOption.AllDirectories))
            Assert.Equal(
                File.ReadAllBytes(file), File.ReadAllBytes(file.Replace("/whole/", "/parts/", StringComparison.Ordinal)));
    }

    [Fact]
    public void Run_NothingReadable_Fails()
    {
        _tiny.WriteDamaged("images/a.png");

        Assert.Contains("none of 1 images", Assert.Throws<SpotException>(() => Run("out")).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _networks.Dispose();
        _tiny.Dispose();
    }

    private void Run(string folder, Action<DecodingProgress>? progress = null, CancellationTokenSource? stop = null)
    {
        using ImageSet images = ImageSet.Open([_tiny.At("images")]);
        new RepairRun(new ImageRepair(_networks), images, _tiny.At(folder), s_settings).Run(
            Reports<DecodingProgress>.To(progress), _said, stop?.Token ?? TestContext.Current.CancellationToken);
    }
}
