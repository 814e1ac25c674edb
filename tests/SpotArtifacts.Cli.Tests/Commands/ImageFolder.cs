using SpotArtifacts.Images;

namespace SpotArtifacts.Cli.Tests.Commands;

/// <summary>A folder with a few small images of two classes, gone after the test.</summary>
internal sealed class ImageFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("spot-cli-").FullName;

    internal ImageFolder()
    {
        for (int i = 0; i < 12; i++)
        {
            var image = new RgbImage(12, 12);
            for (int p = 0; p < image.Pixels.Length; p++)
                image.Pixels[p] = (byte)(31 * i + 7 * p % 251);
            Directory.CreateDirectory(Path.Combine(Images, $"{i % 2}"));
            PngFile.Write(Path.Combine(Images, $"{i % 2}", $"{i}.png"), image);
        }
    }

    internal string Images => At("images");

    internal string At(string name) => Path.Combine(_path, name);

    /// <summary>The command line of a very small run.</summary>
    internal string[] PretrainArguments(string name, params string[] settings) =>
        ["pretrain", "--quiet", "--images", Images, "--out", At(name), "--preset", "fix32",
            .. Settings(["batch_per_rank=4", .. settings])];

    public void Dispose() => Directory.Delete(_path, recursive: true);

    private static IEnumerable<string> Settings(string[] settings) => settings.SelectMany(setting => new[] { "--set", setting });
}
