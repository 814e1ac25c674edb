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
/// <param name="Count">Images in the first shard.</param>
internal sealed record DemoImages(string Pretraining, string Train, string Test, int Count)
{
    /// <summary>Images to pre-train on where nothing else is asked for.</summary>
    internal const int DefaultCount = 12_000;

    private const long Seed = 1;

    /// <summary>Images to train probes on.</summary>
    internal int TrainCount => Count / 3;

    /// <summary>Images to test them on.</summary>
    internal int TestCount => Count / 6;

    /// <summary>Renders all scenes and writes three shards into a folder.</summary>
    internal static DemoImages Write(string folder, int count, int size, CancellationToken stop)
    {
        DemoImages images = new(Shard("unlabelled"), Shard("train"), Shard("test"), count);
        Directory.CreateDirectory(folder);
        // One range after the other: no scene is in two shards.
        WriteShard(images.Pretraining, Render(0, count), labels: false);
        WriteShard(images.Train, Render(count, images.TrainCount), labels: true);
        WriteShard(images.Test, Render(count + images.TrainCount, images.TestCount), labels: true);
        return images;

        string Shard(string name) => Path.Combine(folder, $"{name}.tar");
        SceneSet Render(int from, int many) => SceneImages.RenderRange(from, many, Seed, size, cancellation: stop);
    }

    private static void WriteShard(string path, SceneSet scenes, bool labels) => AtomicFile.Write(path, stream =>
    {
        using var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        for (int i = 0; i < scenes.Images.Count; i++)
        {
            string key = i.ToString("D6", CultureInfo.InvariantCulture);
            Add(tar, $"{key}.png", PngFile.Encode(scenes.Images[i]));
            if (labels)
                Add(tar, $"{key}.cls",
                    System.Text.Encoding.ASCII.GetBytes(scenes.Labels[i].ToString(CultureInfo.InvariantCulture)));
        }
    });

    // Fixed time: the same images give the same bytes.
    private static void Add(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = new MemoryStream(content),
            ModificationTime = DateTimeOffset.UnixEpoch
        });
}
