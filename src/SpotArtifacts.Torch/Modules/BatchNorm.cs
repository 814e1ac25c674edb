namespace SpotArtifacts.Torch.Modules;

/// <summary>Batch normalisation over (B, H, W).</summary>
public sealed class BatchNorm : Module
{
    private readonly double _momentum;
    private readonly double _epsilon;

    /// <summary>A batch norm with tensors weight (unless <paramref name="scale"/> is false), bias, running_mean and running_var.</summary>
    public BatchNorm(string name, int channels, double momentum, double epsilon, bool scale = true) : base(name)
    {
        _momentum = momentum;
        _epsilon = epsilon;
        if (scale) Scale = Add("weight", ParameterRole.NormScale, 1, [channels]);
        Shift = Add("bias", ParameterRole.NormShift, 0, [channels]);
        RunningMean = Add("running_mean", ParameterRole.RunningStatistic, 0, [channels]);
        RunningVariance = Add("running_var", ParameterRole.RunningStatistic, 1, [channels]);
    }

    /// <summary>Gamma (C), or null when there is none.</summary>
    public Parameter? Scale { get; }

    /// <summary>Beta (C).</summary>
    public Parameter Shift { get; }

    /// <summary>(C).</summary>
    public Parameter RunningMean { get; }

    /// <summary>(C).</summary>
    public Parameter RunningVariance { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon => _epsilon;

    /// <summary>(B, C, H, W) to the same shape; training uses and updates statistics.</summary>
    public Tensor Forward(Tensor x, bool training) => Functions.BatchNorm(
        x, Scale?.Value, Shift.Value, RunningMean.Value, RunningVariance.Value, training, _momentum, _epsilon);
}
