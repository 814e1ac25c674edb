using SpotArtifacts.Distributed;
using SpotArtifacts.Engine;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SpotArtifacts.Networks;

/// <summary>
/// Batch normalisation over (B, H, W), with the momentum and epsilon of all networks here (method.md section 3).
/// </summary>
public sealed class BatchNorm : nn.Module<Tensor, Tensor>
{
    /// <summary>Weight of the new batch in the running statistics (method.md section 3).</summary>
    public const double Momentum = 0.025;

    /// <summary>Added to the variance (method.md section 3).</summary>
    public const double Epsilon = 1e-3;

#pragma warning disable IDE0044 // TorchSharp puts other tensors in when a module moves to another device.
    [ComponentName(Name = "weight")] private Parameter? _scale;
    [ComponentName(Name = "bias")] private Parameter _shift;
    [ComponentName(Name = "running_mean")] private Tensor _mean;
    [ComponentName(Name = "running_var")] private Tensor _variance;
#pragma warning restore IDE0044

    static BatchNorm() => NativeEngine.EnsureLoaded();

    /// <summary>
    /// A batch norm with parameters <c>weight</c> (unless <paramref name="scale"/> is false) and <c>bias</c> and buffers
    /// <c>running_mean</c> and <c>running_var</c>.
    /// </summary>
    public BatchNorm(int channels, bool scale = true) : base(nameof(BatchNorm))
    {
        if (scale)
            _scale = NetworkTensors.Parameter(1, channels);
        _shift = NetworkTensors.Parameter(0, channels);
        _mean = TensorData.Full(0, null, channels).DetachFromDisposeScope();
        _variance = TensorData.Full(1, null, channels).DetachFromDisposeScope();
        register_buffer("running_mean", _mean);
        register_buffer("running_var", _variance);
        RegisterComponents();
    }

    /// <summary>Gamma (C), or null when there is none.</summary>
    public Parameter? Scale => _scale;

    /// <summary>Beta (C).</summary>
    public Parameter Shift => _shift;

    /// <summary>(C).</summary>
    public Tensor RunningMean => _mean;

    /// <summary>(C).</summary>
    public Tensor RunningVariance => _variance;

    /// <summary>As <see cref="Forward"/>, by the module's own mode.</summary>
    public override Tensor forward(Tensor input) => Forward(input, training);

    /// <summary>(B, C, H, W) to the same shape; training uses the batch's statistics and moves the running ones.</summary>
    /// <remarks>Statistics are summed in Float32 whatever x is of; a norm that only shifts gives Float32.</remarks>
    public Tensor Forward(Tensor x, bool training)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (training && RankGroup.Current is { Options.SyncBatchNorm: true } group)
            return Synchronized(x, group);
        if (_scale is not null)
            return functional.batch_norm(x, _mean, _variance, _scale, _shift, training, Momentum, Epsilon);
        // libtorch's CUDA kernels have no gradient of the shift where there is no scale (an empty one, and an error for it).
        Tensor? ones = x.device_type == DeviceType.CPU ? null : ones_like(_mean);
        return functional.batch_norm(EnginePrecision.Widen(x), _mean, _variance, ones!, _shift, training, Momentum, Epsilon);
    }

    private Tensor Synchronized(Tensor x, RankGroup group)
    {
        Tensor y = SyncBatchNormFunction.Apply(EnginePrecision.Widen(x), group, _mean, _variance, Momentum, Epsilon);
        if (_scale is null)
            return y.Plus(_shift.reshape(1, -1, 1, 1));
        y = (y * _scale.reshape(1, -1, 1, 1)).Plus(_shift.reshape(1, -1, 1, 1));
        return y.dtype == x.dtype ? y : y.to(x.dtype);
    }

    /// <summary>
    /// A convolution without bias followed by this norm in inference mode, as one convolution (<see cref="BatchNormFolding"/>).
    /// </summary>
    /// <param name="weight">(C, inputs / groups, kernel, kernel).</param>
    /// <returns>New tensors without gradient, of the same shape and of (C).</returns>
    internal (Tensor Weight, Tensor Bias) Fold(Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        float[] folded = weight.ToArray<float>(), bias = _shift.ToArray<float>();
        BatchNormFolding.Fold(folded, bias, _mean.ToArray<float>(), _variance.ToArray<float>(), _scale?.ToArray<float>() ?? []);
        Tensor foldedWeight = empty_like(weight, requires_grad: false), foldedBias = empty_like(_shift, requires_grad: false);
        foldedWeight.CopyFrom<float>(folded);
        foldedBias.CopyFrom<float>(bias);
        return scope.MoveToOuter(foldedWeight, foldedBias);
    }
}
