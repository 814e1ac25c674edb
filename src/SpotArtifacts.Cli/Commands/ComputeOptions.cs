using System.CommandLine;
using SpotArtifacts.Engine;

namespace SpotArtifacts.Cli.Commands;

/// <summary>The options that say where and how exactly networks compute, the same for every command that has them.</summary>
internal static class ComputeOptions
{
    /// <summary><c>--device</c>.</summary>
    /// <param name="what">What is done there, as in "Where to train".</param>
    internal static Option<string> Device(string what) => new("--device")
    {
        Description = $"{what}: cpu, cuda or cuda:N. No other device is ever taken for it.",
        HelpName = "DEVICE",
        DefaultValueFactory = _ => "cpu",
    };

    /// <summary>Takes the precision that was asked for on this thread, until the result is disposed; and finds the device.
    /// </summary>
    internal static IDisposable Use(string precision, string device, out TorchSharp.torch.Device where)
    {
        where = EngineDevice.Require(device);
        return EnginePrecision.Use(EnginePrecision.Parse(precision, where));
    }

    /// <summary><c>--precision</c>.</summary>
    /// <param name="unless">What it is unless it is given.</param>
    internal static Option<string> Precision(string unless = "f32")
    {
        Option<string> option = new("--precision")
        {
            Description = "What convolutions and products compute in: f32, tf32 (CUDA), bf16, or auto: bf16 on CUDA and where "
                + "the processor has it in hardware, else f32. Weights, their updates, statistics and losses are f32 always.",
            HelpName = "NAME",
            DefaultValueFactory = _ => unless,
        };
        option.AcceptOnlyFromAmong([.. EnginePrecision.Names]);
        return option;
    }
}
