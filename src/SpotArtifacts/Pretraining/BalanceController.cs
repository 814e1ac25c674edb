using SpotArtifacts.Checkpoints;
using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using SpotArtifacts.Spotting;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Pretraining;

/// <summary>
/// Keeps the discriminator's share of right answers near a set point by the repair network's learning rate (method.md section 8):
/// where it is right too often, the repair network learns faster. A plain controller on two time scales. The share is averaged over
/// <see cref="Period"/> steps; the logarithm of the rate's factor follows its error at once in part, and keeps moving by a gain
/// times the error. Where the factor can rise no further, the discriminator learns more slowly instead.
/// </summary>
/// <remarks>
/// The share is summed on the device and read once a period: no step waits for the device, and how often metrics are written
/// changes nothing.
/// </remarks>
internal sealed class BalanceController : IDisposable
{
    /// <summary>Steps whose answers are averaged before the factors move.</summary>
    public const int Period = 50;

    /// <summary>The repair network's rate is multiplied by 1 / 100 to 10.</summary>
    internal const float MostSlowdown = 100, MostSpeedup = 10;

    private const string Name = "balance";

    // For an error of 1: by how much the logarithm of the factor moves in a step at the initial learning rate, and how far it
    // stands from there while the error lasts. The second lets the first be quick: alone it would overshoot, as the game takes
    // some hundred steps to answer.
    private const float Gain = 0.05f, Response = 4;
    private static readonly float s_least = -MathF.Log(MostSlowdown), s_most = MathF.Log(MostSpeedup),
        s_mostOfBoth = s_most + MathF.Log(MostSlowdown);

    private readonly float _setPoint;
    private readonly Tensor _sum;
    private float _level, _right = float.NaN;
    private int _steps;

    /// <summary>A controller with both factors at 1.</summary>
    /// <param name="setPoint">Wanted share of right answers, above 0.5 and below 1.</param>
    /// <param name="device">Where verdicts are.</param>
    public BalanceController(double setPoint, Device device)
    {
        _setPoint = (float)setPoint;
        _sum = zeros(1, ScalarType.Float32, device).DetachFromDisposeScope();
    }

    /// <summary>What the repair network's learning rate is multiplied by.</summary>
    public double RepairFactor => Math.Exp(Math.Min(Logarithm, s_most));

    /// <summary>What the discriminator's learning rate is multiplied by, 1 at most.</summary>
    public double SpottingFactor => Math.Exp(Math.Min(0, s_most - Logarithm));

    /// <summary>Both factors, and the share of right answers in the last whole period, for metrics.</summary>
    public IEnumerable<(string Name, double Value)> Values =>
        [("balance.repair_factor", RepairFactor), ("balance.spotting_factor", SpottingFactor),
            .. float.IsNaN(_right) ? [] : (ReadOnlySpan<(string, double)>)[("balance.right", _right)]];

    /// <summary>Counts a step's answers; does not wait for the device.</summary>
    /// <param name="classLogits">(2B, 2), clean images first.</param>
    public void Count(Tensor classLogits)
    {
        ArgumentNullException.ThrowIfNull(classLogits);
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor right = classLogits.argmax(1).eq(SpottingLoss.Labels(classLogits, SpottingLoss.Real, SpottingLoss.Corrupt));
        // Of all ranks: one rate for all.
        _sum.AddInPlace(RankGroup.Mean(right.to(ScalarType.Float32).mean()));
        _steps++;
    }

    /// <summary>At the end of a period: reads the share and moves the factors.</summary>
    /// <param name="pace">
    /// The scheduled learning rate as a share of the initial one. The game answers to the factors as fast as it learns, so they
    /// keep moving no faster than that.
    /// </param>
    public void Move(double pace)
    {
        if (_steps < Period)
            return;
        _right = _sum.item<float>() / _steps;
        _level = Math.Clamp(_level + _steps * Gain * (float)pace * Error, s_least, s_mostOfBoth);
        Begin(0, 0);
    }

    /// <summary>Puts the state in.</summary>
    public void Save(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        // No share yet is written as a share that cannot be: a checkpoint takes no NaN.
        checkpoint.Add(Name, [_level, float.IsNaN(_right) ? -1 : _right, _sum.item<float>(), _steps], 4);
    }

    /// <summary>Puts a saved state back.</summary>
    public void Restore(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ReadOnlySpan<float> state = checkpoint.Floats(Name, [4]);
        (_level, _right) = (state[0], state[1] < 0 ? float.NaN : state[1]);
        Begin(state[2], (int)state[3]);
    }

    /// <inheritdoc/>
    public void Dispose() => _sum.Dispose();

    // Chance is nearer to the set point than certainty is: an error on that side counts as if both were as far.
    private float Error
    {
        get
        {
            float error = float.IsNaN(_right) ? 0 : _right - _setPoint;
            return error < 0 ? error * (1 - _setPoint) / (_setPoint - 0.5f) : error;
        }
    }

    private float Logarithm => Math.Clamp(_level + Response * Error, s_least, s_mostOfBoth);

    private void Begin(float sum, int steps)
    {
        using IDisposable off = no_grad();
        using Tensor value = TensorArithmetic.Full(sum, ScalarType.Float32, _sum.device, 1);
        _sum.copy_(value);
        _steps = steps;
    }
}
