using System.Text;

namespace SpotArtifacts.Torch.Interop;

/// <summary>Turns status codes of the C boundary into exceptions.</summary>
internal static unsafe class Status
{
    internal static void Check(int status, string doing)
    {
        if (status != 0) throw new TorchException($"{doing}: {LastError()}");
    }

    internal static string LastError()
    {
        long needed = SpotTorch.LastError(null, 0);
        byte[] buffer = new byte[needed];
        fixed (byte* p = buffer) SpotTorch.LastError(p, needed);
        return Encoding.UTF8.GetString(buffer, 0, (int)needed - 1).Trim();
    }
}
