using System.Globalization;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// Watches the label-free health numbers of stage 2 for a game that one side has won, which the two losses do not show, and says
/// so once for each side: the late layers of a discriminator that is fooled all the time get worse than random ones
/// (docs/tuning.md).
/// </summary>
internal sealed class GameBalance
{
    /// <summary>Measurements in a row that are averaged.</summary>
    public const int Window = 40;

    /// <summary>Share of right answers under which the repair network wins, and over which the discriminator does.</summary>
    /// <remarks>Measured: 0.66 in games that teach the late layers, 0.53 and below where they fell under random weights, 0.99
    /// where cues were low-level.</remarks>
    internal const double Fooled = 0.56, Overwhelming = 0.97;

    /// <summary>Share of right answers in an even game: the late layers learn most there (docs/tuning.md).</summary>
    internal const double EvenFrom = 0.6, EvenTo = 0.7;

    private readonly Queue<double> _right = new();
    private bool _saidFooled, _saidOverwhelming;

    /// <summary>Takes the values of a step that was measured.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="values">Named losses and health numbers; others than stage 2's are ignored.</param>
    /// <returns>What to tell the user, or null.</returns>
    public string? Watch(long step, IReadOnlyList<(string Name, double Value)> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        double[] rights = [.. values.Where(value => value.Name is "right_on_clean" or "right_on_repaired")
            .Select(value => value.Value)];
        if (rights.Length < 2)
            return null;
        _right.Enqueue(rights.Average());
        if (_right.Count > Window)
            _right.Dequeue();
        if (_right.Count < Window)
            return null;
        double right = _right.Average();
        if (right < Fooled && !_saidFooled)
        {
            _saidFooled = true;
            return string.Create(CultureInfo.InvariantCulture,
                $"step {step}: the discriminator is right on {right:P0} of the images, hardly more than chance: the repair "
                    + $"network wins, and late layers learn little. A lower spotting.repair_learning_rate or a higher "
                    + $"spotting.mask_weight helps (docs/tuning.md)");
        }
        if (right > Overwhelming && !_saidOverwhelming)
        {
            _saidOverwhelming = true;
            return string.Create(CultureInfo.InvariantCulture,
                $"step {step}: the discriminator is right on {right:P0} of the images: repairs are too easily spotted, and "
                    + $"low-level cues suffice. A higher spotting.repair_learning_rate or a lower damage.drop_rate helps "
                    + $"(docs/tuning.md)");
        }
        return null;
    }
}
