using SpotArtifacts.Engine;
using SpotArtifacts.Tests.Engine;

[assembly: AssemblyFixture(typeof(LoadedEngine))]

namespace SpotArtifacts.Tests.Engine;

/// <summary>Loads libtorch before any test touches a type of TorchSharp.</summary>
public sealed class LoadedEngine
{
    public LoadedEngine() => NativeEngine.EnsureLoaded();
}
