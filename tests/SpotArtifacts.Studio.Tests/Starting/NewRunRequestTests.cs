using SpotArtifacts.Pretraining;
using SpotArtifacts.Studio.Starting;

namespace SpotArtifacts.Studio.Tests.Starting;

public sealed class NewRunRequestTests
{
    private readonly NewRunRequest _request = new() { Preset = "fix32" };

    [Fact]
    public void Assignments_ChangedSettings_AreThoseThatDifferFromThePreset()
    {
        _request["seed"] = " 7 ";
        _request["spotting.steps"] = "5";
        _request["spotting.steps"] = "100"; // as in the preset

        Assert.Equal(["seed=7"], _request.Assignments);
        Assert.Equal(7, _request.Resolve().Seed);
    }

    [Fact]
    public void ProblemOf_ValueOutOfRange_SaysWhatIsAllowed()
    {
        _request["damage.drop_rate"] = "2";

        Assert.Equal("must be a number above 0 and below 1", _request.ProblemOf("damage.drop_rate"));
        Assert.Null(_request.ProblemOf("seed"));
        Assert.Throws<RecipeException>(_request.Resolve);
    }

    [Fact]
    public void Resolve_SettingsThatDoNotGoTogether_AreRefusedAsOnTheCommandLine()
    {
        _request["network.image_size"] = "36";

        Assert.Null(_request.ProblemOf("network.image_size"));
        Assert.Throws<RecipeException>(_request.Resolve);
    }
}
