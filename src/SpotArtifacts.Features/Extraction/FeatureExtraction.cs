using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Files;
using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Features.Extraction;

/// <summary>How far <see cref="FeatureExtraction"/> has come, and what it found.</summary>
/// <param name="Rows">Rows written.</param>
/// <param name="Skipped">Damaged images, which have no row.</param>
/// <param name="WaitShare">
/// Share of the time in which computing and writing had nothing to do until more images were decoded, 0 to 1.
/// </param>
/// <param name="ComputeShare">Share of the time in which writing waited for the network, 0 to 1.</param>
public sealed record FeatureExtractionResult(
    long Rows, IReadOnlyList<SkippedImage> Skipped, double WaitShare, double ComputeShare)
{
    /// <summary>The rest: rows were written, while the network computed the next ones and others were decoded.</summary>
    public double WriteShare => 1 - WaitShare - ComputeShare;
}

/// <summary>Where and how features are written.</summary>
public sealed record FeatureExtractionOptions
{
    /// <summary>The file; its ending says the format: .npy, .safetensors, .csv or .parquet. Never overwritten.</summary>
    public required string Path { get; init; }

    /// <summary>Continue a partial file; where there is none, begin.</summary>
    public bool Resume { get; init; }

    /// <summary>Threads that decode, 1 or more; 0 for one a core.</summary>
    public int Threads { get; init; }

    /// <summary>Images after which the position is saved: what a kill can cost. 1 or more.</summary>
    public int SaveEvery { get; init; } = 4096;

    /// <summary>Processes that compute together; the one of rank 0 writes.</summary>
    internal IWorkShare Share { get; init; } = WholeShare.Instance;

    /// <summary>Time for <see cref="FeatureExtractionResult.WaitShare"/>.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>
/// Writes a set's features to a file, row by row. The work stands in FILE.partial and its position in FILE.partial.json; a
/// finished file appears whole. A damaged image has no row and no line in the list of names, which therefore stay aligned;
/// FILE.skipped.txt names it. However many they are, the others are computed.
/// </summary>
public static class FeatureExtraction
{
    /// <summary>Writes.</summary>
    /// <param name="model">Which features.</param>
    /// <param name="set">Of which images.</param>
    /// <param name="options">Where to.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellation">Stops between batches; the position is saved.</param>
    /// <exception cref="SpotException">
    /// The file exists, or a partial one is not of these images and features; the message says what to do.
    /// </exception>
    public static FeatureExtractionResult Run(
        SpotModel model, ImageSet set, FeatureExtractionOptions options, IProgress<DecodingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SaveEvery, 1);
        try
        {
            return Write(model, set, options, progress, cancellation);
        }
        catch (Exception failure) when (OutputException.IsSystems(failure))
        {
            throw OutputException.Of(options.Path, failure);
        }
    }

    private static FeatureExtractionResult Write(
        SpotModel model, ImageSet set, FeatureExtractionOptions options, IProgress<DecodingProgress>? progress,
        CancellationToken cancellation)
    {
        if (options.Share.Rank > 0)
            return Help(model, set, options, cancellation);
        FeatureFormat format = FeatureFiles.FormatOf(options.Path);
        FeatureWriter writer = FeatureWriter.Create(format, model.FeatureShape, set.Count, Describe(model));
        using PartialFeatures partial = PartialFeatures.Open(
            options.Path, writer, Request(model, set, format), FeatureFiles.HasNames(format), options.Resume);
        string skipped = FeatureFiles.SkippedOf(options.Path);
        if (partial.NextImage == 0)
            File.Delete(skipped);
        long start = options.Clock.GetTimestamp();
        int begin = options.Share.FromFirst(partial.NextImage);
        using FeaturePass pass = new(model, set, begin, options.Threads, share: options.Share);
        try
        {
            Write(pass, partial, set, options, progress, cancellation);
        }
        catch (SpotException failure) when (failure is not OutputException)
        {
            // Tried again, it would fail the same way; a full disk may be emptied, and the work continued.
            partial.Discard();
            throw;
        }
        finally
        {
            if (pass.Images.Skipped.Count > 0)
                pass.Images.WriteSkipped(skipped);
        }
        if (partial.Rows == 0)
        {
            partial.Discard();
            IEnumerable<string> first = Skipped(skipped).Take(3).Select(image => $"{image.Name} ({image.Reason})");
            throw new SpotException($"none of {set.Count} images is good: {string.Join("; ", first)}");
        }
        partial.Finish(cancellation);
        TimeSpan elapsed = options.Clock.GetElapsedTime(start);
        double waited = Share(pass.WaitTime), computed = Math.Min(1 - waited, Share(pass.ComputeTime));
        return new FeatureExtractionResult(partial.Rows, Skipped(skipped), waited, computed);

        double Share(TimeSpan part) => elapsed > TimeSpan.Zero ? Math.Min(1, part / elapsed) : 0;
    }

    // Computes its batches for the process that writes.
    private static FeatureExtractionResult Help(
        SpotModel model, ImageSet set, FeatureExtractionOptions options, CancellationToken cancellation)
    {
        int begin = options.Share.FromFirst(0);
        using FeaturePass pass = new(model, set, begin, options.Threads, share: options.Share);
        long rows = pass.Run(cancellation).Sum(part => (long)part.Indices.Count);
        return new FeatureExtractionResult(rows, pass.Images.Skipped, 0, 0);
    }

    /// <summary>What a file can say of its features: network, layer, pooling, and what images are shown as.</summary>
    internal static Dictionary<string, string> Describe(SpotModel model)
    {
        Dictionary<string, string> texts = new()
        {
            ["format"] = "pt",
            ["network"] = model.Description.Network,
            ["layer"] = model.Layer.Name(),
            ["pooling"] = model.Options.Pooling.ToString().ToLowerInvariant(),
            ["l2"] = model.Options.Normalize ? "true" : "false",
            ["image_size"] = model.View.Size.ToString(CultureInfo.InvariantCulture),
        };
        if (model.Layer == FeatureLayer.Whitened)
            texts["whitening"] = model.Description.Whitening;
        // Rows of other engines differ in their last digits at least: a file has them of one.
        if (model.Difference.Length > 0)
            texts["computed"] = model.Difference;
        return texts;
    }

    private static void Write(
        FeaturePass pass, PartialFeatures partial, ImageSet set, FeatureExtractionOptions options,
        IProgress<DecodingProgress>? progress, CancellationToken cancellation)
    {
        int begun = partial.NextImage, saved = begun;
        try
        {
            foreach (FeatureRows rows in pass.Run(cancellation))
            {
                partial.Append(rows, set);
                if (rows.Next - saved >= options.SaveEvery)
                {
                    partial.Save();
                    saved = rows.Next;
                }
                progress?.Report(new DecodingProgress(rows.Next, set.Count, pass.Images.Skipped.Count) { Begun = begun });
            }
        }
        catch (OperationCanceledException)
        {
            partial.Save();
            throw;
        }
    }

    private static List<SkippedImage> Skipped(string path) => File.Exists(path)
        ? [.. File.ReadLines(path).Select(line => line.Split('\t', 2)).Select(parts => new SkippedImage(parts[0], parts[^1]))]
        : [];

    // What a partial file must agree in, so that its rows are those that would be written now.
    private static string Request(SpotModel model, ImageSet set, FeatureFormat format)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < set.Count; i++)
            hash.AppendData(Encoding.UTF8.GetBytes($"{set.Name(i)}\n"));
        string features = string.Join(' ', Describe(model).Skip(1).Select(item => $"{item.Key}={item.Value}"));
        string names = Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{format} {features} batch={model.Options.BatchSize} images={set.Count} names={names}");
    }
}
