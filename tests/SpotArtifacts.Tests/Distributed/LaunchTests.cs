using SpotArtifacts.Distributed;

namespace SpotArtifacts.Tests.Distributed;

public sealed class LaunchTests
{
    [Fact]
    public void Of_NoLauncher_IsOneProcess()
    {
        Launch launch = Of();

        Assert.Equal((null, false, 1), (launch.Family, launch.ByMpi, launch.AnnouncedSize));
        launch.RequireSize(1, null);
    }

    [Fact]
    public void Of_EachLauncher_IsKnownByItsVariables()
    {
        Launch openMpi = Of(("OMPI_COMM_WORLD_SIZE", "2")), mpich = Of(("PMI_SIZE", "3"), ("PMI_RANK", "0")),
            slurm = Of(("PMIX_RANK", "1"), ("SLURM_STEP_NUM_TASKS", "8"));

        Assert.Equal((MpiFamily.OpenMpi, true, 2), (openMpi.Family, openMpi.ByMpi, openMpi.AnnouncedSize));
        Assert.Equal((MpiFamily.Mpich, true, 3), (mpich.Family, mpich.ByMpi, mpich.AnnouncedSize));
        Assert.Equal((null, true, 8), (slurm.Family, slurm.ByMpi, slurm.AnnouncedSize));
    }

    [Fact]
    public void Of_ScriptOfASlurmJob_IsOneProcess() => Of(("SLURM_NTASKS", "8"), ("SLURM_PROCID", "0")).RequireSize(1, null);

    [Theory]
    [InlineData("SLURM_STEP_NUM_TASKS", "8", "srun has offered no PMI")]
    [InlineData("WORLD_SIZE", "8", "torchrun starts no MPI")]
    [InlineData("OMPI_COMM_WORLD_SIZE", "2", "different MPIs")]
    [InlineData("PMI_SIZE", "2", "different MPIs")]
    public void RequireSize_EnvironmentThatSaysMore_IsRefusedWithWhatIsWrong(string variable, string value, string why)
    {
        Launch launch = Of((variable, value), ("RANK", "0"));

        MpiException refused = Assert.Throws<MpiException>(() => launch.RequireSize(1, null));

        Assert.Contains($"{variable} says {value} processes", refused.Message, StringComparison.Ordinal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RequireSize_AllAgree_IsAccepted() =>
        Of(("OMPI_COMM_WORLD_SIZE", "4"), ("RANK", "1"), ("WORLD_SIZE", "4")).RequireSize(4, "Open MPI");

    private static Launch Of(params (string Name, string Value)[] variables) =>
        Launch.Of(name => variables.FirstOrDefault(one => one.Name == name).Value);
}
