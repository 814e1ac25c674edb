using SpotArtifacts.Engine;
using SpotArtifacts.Images.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace SpotArtifacts.Verification;

/// <summary>Replays fixtures with the networks, losses, optimiser and steps that training uses.</summary>
internal static class FixtureVerification
{
    /// <summary>Replays a file, in Float32.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where to compute; null for the processor.</param>
    /// <exception cref="CheckpointException">It cannot be read or is no safetensors file.</exception>
    /// <exception cref="FixtureException">It is no fixture, is malformed, or does not fit this program.</exception>
    public static VerificationReport Verify(string path, Device? device = null)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        try
        {
            return Verify(file, path, device);
        }
        catch (FixtureException e)
        {
            throw new FixtureException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Replays a file's contents; the name is for the report only.</summary>
    public static VerificationReport Verify(SafetensorsFile file, string name, Device? device = null)
    {
        NativeEngine.EnsureLoaded();
        using IDisposable precision = EnginePrecision.Use(Precision.F32);
        Fixture fixture = Fixture.Of(file, device);
        var comparisons = new Comparisons(fixture);
        using DisposeScope scope = NewDisposeScope();
        if (fixture.Kind == FixtureKind.Operations)
        {
            new OperationReplay(fixture, comparisons).Run();
        }
        else if (fixture.Kind is FixtureKind.Autoencoder or FixtureKind.AutoencoderDigest)
        {
            using var replay = new AutoencoderReplay(fixture, comparisons);
            replay.Run();
        }
        else
        {
            using var replay = new SpottingReplay(fixture, comparisons);
            replay.Run();
        }
        return comparisons.Report(name);
    }
}
