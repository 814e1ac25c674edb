using SpotArtifacts.Bench.Plain;
using SpotArtifacts.Verification;

namespace SpotArtifacts.Tests.Bench;

public sealed class PlainReplayTests
{
    [Fact]
    public void Verify_CommittedFirstStage_AgreesWithTheGoldenTensors() =>
        AssertAgrees(Path.Combine(AppContext.BaseDirectory, "Verification", "files", "tiny32_seed1_ae_digest.safetensors"), 40);

    [Fact]
    public void Verify_SecondStage_AgreesWithTheGoldenTensors()
    {
        const string name = "tiny32_seed1_spot_digest.safetensors";
        if (SharedFiles.Find("fixtures", name) is not { } file)
        {
            Assert.Skip($"{name} is not at hand (SPOT_SHARED names the folder above fixtures/)");
            return;
        }
        AssertAgrees(file, 70);
    }

    private static void AssertAgrees(string file, int atLeast)
    {
        VerificationReport report = PlainReplay.Verify(file);

        Assert.Empty(report.Failed);
        Assert.InRange(report.Stages.Sum(stage => stage.Tensors), atLeast, int.MaxValue);
    }
}
