using System.Formats.Tar;
using System.Globalization;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Scenes;

namespace SpotArtifacts.Cli.Demo;

/// <summary>The demo's own images, written as the WebDataset shards any other data would come in.</summary>
/// <param name="Pretraining">Shard of images to pre-train on; it holds no labels at all.</param>
/// <param name="Train">Labelled shard to train probes on.</param>
/// <param name="Test">Labelled shard to test them on.</param>
internal sealed record DemoImages(string Pretraining, string Train, string Test)
{
    internal const int PretrainingCount = 12_000, TrainCount = 4_000, TestCount = 2_000;
    private const long Seed = 1;

    /// <summary>Renders all scenes and writes three shards into a folder.</summary>
    internal static DemoImages Write(string folder, int size, CancellationToken stop)
    {
        Directory.CreateDirectory(folder);
        int first = 0;
        string Shard(string name, int count, bool labels)
        {
            string path = Path.Combine(folder, $"{name}.tar");
            WriteShard(path, SceneImages.RenderRange(first, count, Seed, size, cancellation: stop), labels);
            first += count;
            return path;
        }
        return new DemoImages(Shard("unlabelled", PretrainingCount, labels: false), Shard("train", TrainCount, labels: true), Shard("test", TestCount, labels: true));
    }

    private static void WriteShard(string path, SceneSet scenes, bool labels) => AtomicFile.Write(path, stream =>
    {
        using var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        for (int i = 0; i < scenes.Images.Count; i++)
        {
            string key = i.ToString("D6", CultureInfo.InvariantCulture);
            Add(tar, $"{key}.png", PngFile.Encode(scenes.Images[i]));
            if (labels) Add(tar, $"{key}.cls", System.Text.Encoding.ASCII.GetBytes(scenes.Labels[i].ToString(CultureInfo.InvariantCulture)));
        }
    });

    // Fixed time: the same images give the same bytes.
    private static void Add(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), ModificationTime = DateTimeOffset.UnixEpoch });
}
