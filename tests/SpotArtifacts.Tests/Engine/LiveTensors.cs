using TorchSharp;

namespace SpotArtifacts.Tests.Engine;

/// <summary>Tensors alive that were made or are owned by the calling thread; TorchSharp counts by thread.</summary>
internal static class LiveTensors
{
    internal static long Count() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}
