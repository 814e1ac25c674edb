using SpotArtifacts.Pretraining;

namespace SpotArtifacts.Tests.Pretraining;

public sealed class RunHolderTests
{
    [Fact]
    public void Read_WhatWasWritten_IsTheSameProcessAndRuns()
    {
        RunHolder here = RunHolder.This();

        Assert.Equal(here, RunHolder.Read(here.ToString()));
        Assert.True(here.Runs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("12 34")]
    [InlineData("-1 34 here")]
    [InlineData("1 34 here")]
    [InlineData("x 34 here")]
    [InlineData("99999999999999 34 here")]
    public void Read_Nonsense_IsNobody(string text) => Assert.Null(RunHolder.Read(text));

    [Fact]
    public void Runs_NumberThatWasGivenAnew_DoesNot()
    {
        RunHolder here = RunHolder.This();

        Assert.False((here with { Started = here.Started - 3600 }).Runs);
        Assert.False((here with { Machine = "elsewhere" }).Runs);
    }
}
