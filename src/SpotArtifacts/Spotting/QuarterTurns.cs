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
    public static Tensor AnswersToAll(long images, Device device) => Answers(_ => images, device);

    /// <summary>
    /// Each image once: the first quarter of the batch as it is, the second turned once, and so on; channels last.
    /// </summary>
    /// <param name="images">(B, C, S, S); where B is no multiple of four, quarters differ by one image at most.</param>
    public static Tensor InQuarters(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        long batch = images.shape[0];
        return cat([.. Enumerable.Range(0, Count).Select(turns =>
            images.narrow(0, First(turns, batch), Images(turns, batch)).rot90(turns, (2, 3)))], 0).ToChannelsLast();
    }

    /// <summary>What <see cref="InQuarters"/> made of so many images: (B), Int64, on a device.</summary>
    public static Tensor AnswersInQuarters(long images, Device device) => Answers(turns => Images(turns, images), device);

    private static long First(int turns, long batch) => (turns * batch + Count - 1) / Count;

    private static long Images(int turns, long batch) => First(turns + 1, batch) - First(turns, batch);

    // Made on the device: a copy would wait for all that it has to do.
    private static Tensor Answers(Func<int, long> images, Device device) => cat([.. Enumerable.Range(0, Count)
        .Select(turns => TensorArithmetic.Full(turns, ScalarType.Int64, device, images(turns)))]);
}
