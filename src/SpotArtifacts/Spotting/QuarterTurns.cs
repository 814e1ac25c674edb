using SpotArtifacts.Engine;
using static TorchSharp.torch;

namespace SpotArtifacts.Spotting;

/// <summary>
/// Images turned counter-clockwise by quarters of a turn, and the right answers to "by how many?" (Gidaris et al. 2018,
/// gidariss/FeatureLearningRotNet).
/// </summary>
internal static class QuarterTurns
{
    /// <summary>Different turns, none among them.</summary>
    public const int Count = 4;

    /// <summary>
    /// All images (B, C, S, S) as they are, then all turned once, twice, three times: (4B, C, S, S), channels last.
    /// </summary>
    public static Tensor All(Tensor images) =>
        cat([.. Enumerable.Range(0, Count).Select(turns => images.rot90(turns, (2, 3)))], 0).ToChannelsLast();

    /// <summary>What <see cref="All"/> made of so many images: (4B), Int64, on a device.</summary>
    public static Tensor AnswersToAll(long images, Device device) =>
        cat([.. Enumerable.Range(0, Count).Select(turns => Full(turns, images, device))]);

    /// <summary>
    /// Each image once, image i of the global batch turned i times: whatever part of the batch a rank has, its images are turned
    /// as they would be in the whole, and there are as many of each turn as can be. Channels last.
    /// </summary>
    /// <param name="images">(B, 3, S, S).</param>
    /// <param name="first">Place of the first of them in the global batch.</param>
    public static Tensor ByPlace(Tensor images, long first = 0)
    {
        ArgumentNullException.ThrowIfNull(images);
        using IDisposable off = no_grad();
        Tensor turned = empty_like(images);
        for (long at = 0; at < Math.Min(Count, images.shape[0]); at++)
        {
            using Tensor of = images.slice(0, at, images.shape[0], Count), to = turned.slice(0, at, images.shape[0], Count),
                quarter = of.rot90((int)((first + at) % Count), (2, 3));
            to.copy_(quarter);
        }
        return turned.ToChannelsLast();
    }

    /// <summary>What <see cref="ByPlace"/> made of so many images: (B), Int64, on a device.</summary>
    public static Tensor AnswersByPlace(long images, Device device, long first = 0)
    {
        long before = first % Count, columns = (before + images + Count - 1) / Count;
        Tensor rows = stack([.. Enumerable.Range(0, Count).Select(turns => Full(turns, columns, device))], 1);
        return rows.reshape(-1).narrow(0, before, images);
    }

    // Made on the device: a copy would wait for all that it has to do.
    private static Tensor Full(int turns, long count, Device device) =>
        TensorArithmetic.Full(turns, ScalarType.Int64, device, count);
}
