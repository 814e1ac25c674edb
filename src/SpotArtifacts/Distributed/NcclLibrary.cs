namespace SpotArtifacts.Distributed;

/// <summary>NCCL and the CUDA runtime, loaded when they are first needed: those that libtorch has loaded, where it has.</summary>
/// <param name="Nccl">Handle of NCCL; 0 where there is none.</param>
/// <param name="Runtime">Handle of the CUDA runtime; 0 where there is none.</param>
/// <param name="Missing">What the loader said of what is not there; empty where both are.</param>
internal sealed record NcclLibrary(nint Nccl, nint Runtime, string Missing)
{
    private static readonly string[] s_nccl = ["libnccl.so.2"],
        s_runtime = ["libcudart.so.12", "libcudart.so.13", "libcudart.so.11.0"];

    private static readonly Lazy<NcclLibrary> s_current = new(() => Find(Dl.Open));

    /// <summary>What was found in this process.</summary>
    internal static NcclLibrary Current => s_current.Value;

    /// <summary>Opens both.</summary>
    internal static NcclLibrary Find(MpiLibrary.Opener open)
    {
        List<string> missing = [];
        nint nccl = First(s_nccl, open, missing), runtime = First(s_runtime, open, missing);
        return new NcclLibrary(nccl, runtime, nccl != 0 && runtime != 0 ? "" : string.Join("; ", missing));
    }

    private static nint First(string[] names, MpiLibrary.Opener open, List<string> missing)
    {
        foreach (string name in names)
        {
            nint handle = open(name, out string error);
            if (handle != 0)
                return handle;
            missing.Add(error);
        }
        return 0;
    }
}
