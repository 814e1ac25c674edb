using SpotArtifacts.Images.Files;
using SpotArtifacts.Verification;

namespace SpotArtifacts.Tests.Verification;

public class FixtureVerificationTests
{
    public static TheoryData<string> Committed { get; } =
        new("ops_seed1", "fix32_seed1_ae", "fix32_seed1_spot_cut", "tiny32_seed1_ae_digest");

    [Theory]
    [MemberData(nameof(Committed))]
    public void Verify_GoldenTensors_AllWithinTolerance(string name)
    {
        VerificationReport report = FixtureVerification.Verify(PathOf(name));
        Assert.Empty(report.Failed);
        Assert.Empty(report.Unchecked);
        Assert.True(report.Ok);
        Assert.Equal(SafetensorsFile.Read(PathOf(name)).Tensors.Count, report.Inputs + report.Stages.Sum(stage => stage.Tensors));
    }

    [Theory]
    [MemberData(nameof(Committed))]
    public void Verify_OneTensorOfEachStageChanged_FailsForExactlyThose(string name)
    {
        SafetensorsFile file = SafetensorsFile.Read(PathOf(name));
        StageResult[] stages = [.. FixtureVerification.Verify(file, name).Stages.Where(stage => stage.Stage != "in")];
        foreach (StageResult stage in stages)
            Change(file, stage);

        VerificationReport report = FixtureVerification.Verify(file, name);

        Assert.Equal(stages.Select(stage => stage.Max.Name).Order(), report.Failed.Select(failed => failed.Name).Order());
        Assert.False(report.Ok);
    }

    [Fact]
    public void Verify_LabelsExchanged_Fails()
    {
        SafetensorsFile file = SafetensorsFile.Read(PathOf("fix32_seed1_spot_cut"));
        file.Tensors["in/labels"] = SafetensorsEntry.From([0L, 0, 0, 0, 1, 1, 1, 1], 8);
        Assert.Equal("in/labels", Assert.Single(FixtureVerification.Verify(file, "labels").Failed).Name);
    }

    [Fact]
    public void Verify_NotANumberExpected_Fails()
    {
        SafetensorsFile file = SafetensorsFile.Read(PathOf("ops_seed1"));
        file.Tensors["lrn/y"] = SafetensorsEntry.From([.. Enumerable.Repeat(float.NaN, 126)], 2, 7, 3, 3);
        Assert.Equal("lrn/y", Assert.Single(FixtureVerification.Verify(file, "nan").Failed).Name);
    }

    [Theory]
    [InlineData("ops_seed1", "gelu/y")]
    [InlineData("fix32_seed1_ae", "out/latent")]
    [InlineData("fix32_seed1_spot_cut", "resume.post/discriminator.conv1.weight")]
    public void Verify_TensorThatNothingComputes_IsUncheckedAndFails(string name, string tensor)
    {
        SafetensorsFile file = SafetensorsFile.Read(PathOf(name));
        file.Tensors[tensor] = SafetensorsEntry.From([1f], 1);
        VerificationReport report = FixtureVerification.Verify(file, name);
        Assert.Equal([tensor], report.Unchecked);
        Assert.Empty(report.Failed);
        Assert.False(report.Ok);
    }

    [Theory]
    [InlineData("kind", null, "not a fixture: its metadata have no 'kind'")]
    [InlineData("kind", "gan", "not a fixture: its kind is 'gan'")]
    [InlineData("hyper", null, "its metadata have no 'hyper'")]
    [InlineData("hyper", "{", "malformed metadata")]
    [InlineData("hyper", "{\"bn_eps\": 1e-5}", "it was made with bn_eps = 1E-05, this program has 0.001")]
    [InlineData("state_seed", "one", "malformed metadata")]
    [InlineData("architecture", "{}", "malformed metadata")]
    [InlineData("architecture",
        "{\"image\": 32, \"stem\": 8, \"widths\": [16], \"alex\": [12, 32, 48, 48, 32], \"fc\": 64, \"conv1_stride\": 2}",
        "its metadata describe networks that cannot be")]
    public void Verify_UnsoundMetadata_Throws(string key, string? value, string message)
    {
        SafetensorsFile file = SafetensorsFile.Read(PathOf("fix32_seed1_ae"));
        if (value is null)
            file.Metadata.Remove(key);
        else
            file.Metadata[key] = value;
        Assert.Contains(message, Assert.Throws<FixtureException>(() => FixtureVerification.Verify(file, key)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("in/x", "tensor in/x is missing")]
    [InlineData("state0/encoder.stem.conv.weight", "tensor state0/encoder.stem.conv.weight is missing")]
    public void Verify_InputMissing_Throws(string tensor, string message)
    {
        SafetensorsFile file = SafetensorsFile.Read(PathOf("fix32_seed1_ae"));
        file.Tensors.Remove(tensor);
        Assert.Equal(message, Assert.Throws<FixtureException>(() => FixtureVerification.Verify(file, tensor)).Message);
    }

    [Theory]
    [InlineData("in/x", "in/x is (2) where (2, 3, 32, 32) is needed")]
    [InlineData("state0/decoder.out.bias", "state0/decoder.out.bias is (2) where (3) is needed")]
    [InlineData("out/recon", "out/recon has 2 elements where this program computes 12288")]
    public void Verify_TensorOfWrongShape_Throws(string tensor, string message)
    {
        SafetensorsFile file = SafetensorsFile.Read(PathOf("fix32_seed1_ae"));
        file.Tensors[tensor] = SafetensorsEntry.From([1f, 2f], 2);
        Assert.Equal(message, Assert.Throws<FixtureException>(() => FixtureVerification.Verify(file, tensor)).Message);
    }

    [Fact]
    public void Verify_SharedFixtures_AllWithinTolerance()
    {
        string? folder = SharedFiles.Find("fixtures");
        if (folder is null)
            Assert.Skip("the full golden tensors are not at hand; set SPOT_SHARED to a folder that holds fixtures/*.safetensors");
        string[] files = Directory.GetFiles(folder, "*.safetensors");
        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            VerificationReport report = FixtureVerification.Verify(file);
            Assert.True(report.Ok,
                $"{file}: {string.Join(", ", report.Failed.Select(failed => failed.Name).Concat(report.Unchecked))}");
        });
    }

    // Adds to every element three times what the tolerance allows for the whole tensor. A parameter changes by at most
    // about the learning rate (3e-4) in each of at most five steps.
    private static void Change(SafetensorsFile file, StageResult stage)
    {
        SafetensorsEntry entry = file.Tensors[stage.Max.Name];
        float[] values = entry.Floats().ToArray();
        double size = stage.Stage.EndsWith(".change", StringComparison.Ordinal) ? 5 * 3e-4 : values.Max(Math.Abs);
        double added = 3 * (stage.Tolerance.Max ?? stage.Tolerance.L2)!.Value * size;
        file.Tensors[stage.Max.Name] = SafetensorsEntry.From([.. values.Select(value => (float)(value + added))], entry.Shape);
    }

    private static string PathOf(string name) =>
        Path.Combine(AppContext.BaseDirectory, "Verification", "files", $"{name}.safetensors");
}
