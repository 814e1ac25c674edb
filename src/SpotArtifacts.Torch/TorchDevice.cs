using System.Globalization;

namespace SpotArtifacts.Torch;

/// <summary>Names of devices: <c>cpu</c>, <c>cuda</c> (the first) or <c>cuda:N</c>.</summary>
public static class TorchDevice
{
    /// <summary>The canonical name of a device that is there; another one is never taken in its stead.</summary>
    /// <exception cref="TorchException">No such name, or this libtorch sees no such device; says what it sees.</exception>
    public static string Require(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name == "cpu") return name;
        if (Number(name) is not { } number) throw new TorchException($"device '{name}': the devices are cpu, cuda and cuda:N");
        TorchRuntime runtime = TorchRuntime.Describe();
        if (number < runtime.CudaDevices) return string.Create(CultureInfo.InvariantCulture, $"cuda:{number}");
        string why = runtime.CudaBuilt
            ? string.Create(CultureInfo.InvariantCulture, $"sees {runtime.CudaDevices} CUDA devices; check the driver (nvidia-smi) and CUDA_VISIBLE_DEVICES")
            : "was built without CUDA; set SPOT_LIBTORCH to one with it, for example the one inside a PyTorch installation";
        throw new TorchException($"device {name} is not there: libtorch {runtime.Version} ({runtime.Path}) {why}");
    }

    private static int? Number(string name)
    {
        if (name == "cuda") return 0;
        const string prefix = "cuda:";
        return name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name[prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number : null;
    }
}
