using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Engine;

/// <summary>Names of devices: <c>cpu</c>, <c>cuda</c> (the first) or <c>cuda:N</c>.</summary>
internal static class EngineDevice
{
    /// <summary>CUDA devices that the loaded libtorch sees; 0 where it is built without CUDA.</summary>
    public static int CudaDevices
    {
        get
        {
            NativeEngine.EnsureLoaded();
            return cuda.is_available() ? cuda.device_count() : 0;
        }
    }

    /// <summary>A device that is there; another one is never taken instead.</summary>
    /// <exception cref="NativeEngineException">No such name, or this libtorch sees no such device; says what it sees.</exception>
    public static Device Require(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        NativeEngine.EnsureLoaded();
        if (name == "cpu")
            return CPU;
        if (Number(name) is not { } number)
            throw new NativeEngineException($"device '{name}': the devices are cpu, cuda and cuda:N");
        int there = CudaDevices;
        if (number < there)
            return new Device(DeviceType.CUDA, number);
        string why = NativeEngine.HasCuda
            ? string.Create(CultureInfo.InvariantCulture,
                $"sees {there} CUDA devices; check the driver (nvidia-smi) and CUDA_VISIBLE_DEVICES")
            : "is built without CUDA; set SPOT_LIBTORCH to one with it, for example the one inside a PyTorch installation";
        throw new NativeEngineException(
            $"device {name} is not there: libtorch {NativeEngine.LibtorchVersion} ({NativeEngine.LibtorchPath}) {why}");
    }

    /// <summary>
    /// Whether a device is another than the processor. Nobody names the CPU by number but tests, which run what another device
    /// would do.
    /// </summary>
    internal static bool IsElsewhere(Device device) => device.type != DeviceType.CPU || device.index >= 0;

    /// <summary>
    /// A tensor of the processor's on a device, without waiting for what the device is doing: such a copy needs memory the system
    /// does not move, and libtorch keeps that until it is made.
    /// </summary>
    internal static Tensor Send(this Tensor tensor, Device device)
    {
        if (device.type == DeviceType.CPU)
            return tensor.alias();
        using Tensor pinned = tensor.pin_memory();
        return pinned.to(tensor.dtype, device, non_blocking: true);
    }

    /// <summary>Waits until a device has done all it was given; nothing on the processor, which does it at once.</summary>
    public static void Wait(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.type == DeviceType.CUDA)
            cuda.synchronize(device);
    }

    private static int? Number(string name)
    {
        if (name == "cuda")
            return 0;
        const string prefix = "cuda:";
        bool numbered = name.StartsWith(prefix, StringComparison.Ordinal);
        return numbered && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture,
            out int number) ? number : null;
    }
}
