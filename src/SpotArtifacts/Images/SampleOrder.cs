namespace SpotArtifacts.Images;

/// <summary>
/// The endless order of training samples: one permutation per epoch, drawn from (seed, epoch), laid end to end. Nothing is
/// dropped; a batch may begin in one epoch and end in the next. Random access, so a resume needs only the step.
/// </summary>
internal sealed class SampleOrder(int count, ulong seed)
{
    // Streams of the run's seed, so that order and views never share random numbers.
    private const ulong OrderStream = 0x6F72646572;
    private const ulong ViewStream = 0x76696577;

    // Workers may stand on both sides of an epoch's end; more is not needed at once.
    private const int EpochsKept = 3;
    private readonly ulong orderSeed = SeededRandom.Mix(seed, OrderStream);
    private readonly ulong viewSeed = SeededRandom.Mix(seed, ViewStream);
    private readonly Dictionary<long, int[]> epochs = [];
    private readonly Lock gate = new();

    /// <summary>The image that global sample number <paramref name="sample"/> (0, 1, 2, ...) shows.</summary>
    internal int ImageOf(long sample) => Epoch(sample / count)[sample % count];

    /// <summary>The seed of that sample's random view.</summary>
    internal ulong ViewSeedOf(long sample) => SeededRandom.Mix(viewSeed, (ulong)sample);

    private int[] Epoch(long epoch)
    {
        lock (gate)
        {
            if (epochs.TryGetValue(epoch, out int[]? order))
                return order;
            if (epochs.Count >= EpochsKept)
                epochs.Remove(epochs.Keys.Min());
            return epochs[epoch] = SeededRandom.Permutation(count, SeededRandom.Mix(orderSeed, (ulong)epoch));
        }
    }
}
