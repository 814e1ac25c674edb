using SpotArtifacts.Engine;
using SpotArtifacts.Features;
using SpotArtifacts.Features.Extraction;
using SpotArtifacts.Features.Onnx;
using SpotArtifacts.Images;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Export;

// N images, W numbers of all layers joined, D of the whitened vector.

/// <summary>
/// Fits the whitened vector to images, without labels: the principal directions of all layers' joined vectors. Each is divided by
/// the square root of its deviation: by the deviation itself the last ones, mostly noise, would count as much as the first.
/// </summary>
internal static class WhiteningFit
{
    /// <summary>Most images that are looked at, spread evenly over a set.</summary>
    internal const int MaxImages = 10_000;

    /// <summary>Fewest: fitted on fewer, the vector finds less than that of one layer (docs/results.md).</summary>
    internal const int MinImages = 100;

    /// <summary>Most directions, D.</summary>
    internal const int MaxDimensions = 256;

    /// <summary>Of variances; of a deviation it is a half, so what is left is divided by the deviation's square root.</summary>
    private const double Exponent = 0.25;

    // Directions in which images vary by less, beside the first, are rounding.
    private const double LeastShare = 1e-6;

    private const int Chunk = 1000, Batch = 250;

    /// <summary>Fits.</summary>
    /// <param name="model">An exported model, with all layers.</param>
    /// <param name="images">What it is fitted to.</param>
    /// <exception cref="SpotException">Too few images are good, or all are alike.</exception>
    internal static Whitening Fit(ModelFile model, ImageSet images)
    {
        ChosenImages chosen = Embed(model, images);
        return chosen.Indices.Count < MinImages
            ? throw new SpotException(
                $"{chosen.Indices.Count} of {images.Count} images are good, and all layers together are fitted on {MinImages} at "
                + "least: on fewer they serve worse than one layer")
            : Fit(chosen.Rows, chosen.Indices.Count);
    }

    /// <summary>Fits to joined vectors.</summary>
    /// <param name="rows">N * W numbers.</param>
    /// <param name="count">N, 2 or more.</param>
    /// <exception cref="SpotException">All are alike.</exception>
    internal static Whitening Fit(float[] rows, int count)
    {
        NativeEngine.EnsureLoaded();
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor joined = TensorData.From<float>(rows, count, rows.Length / count);
        Tensor mean = joined.mean([0], keepdim: true, type: ScalarType.Float64);
        (Tensor values, Tensor directions) = linalg.eigh(Covariance(joined, mean));
        double[] variances = [.. values.ToArray<double>().Reverse()];
        int dimensions = variances.Take(Math.Min(MaxDimensions, count - 1))
            .TakeWhile(variance => variance > LeastShare * variances[0] && variance > double.Epsilon).Count();
        if (dimensions == 0)
            throw new SpotException("all images are alike to the network: there is nothing in which they differ");
        Tensor first = directions.flip([1]).narrow(1, 0, dimensions);
        double[] projection = first.contiguous().ToArray<double>();
        for (int i = 0; i < dimensions; i++)
            Scale(projection, i, dimensions, Math.Pow(variances[i], -Exponent));
        return new Whitening(mean.to(ScalarType.Float32).ToArray<float>(), Array.ConvertAll(projection, x => (float)x));
    }

    private static ChosenImages Embed(ModelFile model, ImageSet images)
    {
        SpotModelOptions options = new() { Layer = FeatureLayer.Whitened, BatchSize = Batch };
        using var joined = SpotModel.Load(
            model.Metadata.Description, options, () => OnnxFeatures.Joined(model, options.Threads));
        int count = Math.Min(images.Count, MaxImages);
        int[] spread = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * images.Count / count))];
        return ChosenImages.Embed(joined, images, spread, progress: null, CancellationToken.None);
    }

    // In doubles, chunk by chunk: rows in doubles would be twice as large as all there is.
    private static Tensor Covariance(Tensor joined, Tensor mean)
    {
        long count = joined.shape[0], width = joined.shape[1];
        Tensor covariance = zeros(width, width, dtype: ScalarType.Float64);
        for (long row = 0; row < count; row += Chunk)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor some = joined.narrow(0, row, Math.Min(Chunk, count - row)).to(ScalarType.Float64).sub(mean);
            covariance.AddInPlace(some.transpose(0, 1).matmul(some));
        }
        return covariance.DivideInPlace(count);
    }

    // A direction has no sign of its own: its largest number is made positive.
    private static void Scale(double[] projection, int column, int dimensions, double scale)
    {
        double largest = 0;
        for (int at = column; at < projection.Length; at += dimensions)
            if (Math.Abs(projection[at]) > Math.Abs(largest))
                largest = projection[at];
        for (int at = column; at < projection.Length; at += dimensions)
            projection[at] *= Math.Sign(largest) * scale;
    }
}
