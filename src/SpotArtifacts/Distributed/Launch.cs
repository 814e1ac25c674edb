using System.Globalization;

namespace SpotArtifacts.Distributed;

/// <summary>How this process was started, as its environment tells: alone, or as one of several by a launcher.</summary>
/// <param name="Family">Whose launcher it was; null where the environment leaves it open.</param>
/// <param name="ByMpi">Whether a launcher has offered what MPI needs.</param>
/// <param name="Said">What variables say about the number of processes.</param>
internal sealed record Launch(MpiFamily? Family, bool ByMpi, IReadOnlyList<(string Variable, int Size)> Said)
{
    /// <summary>How to start several processes, for messages.</summary>
    internal const string Remedy = "start it with mpirun -np N spot ..., or srun --mpi=pmix spot ... (docs/distributed.md)";

    private const string OpenMpi = "OMPI_COMM_WORLD_SIZE", Hydra = "PMI_SIZE", Pmix = "PMIX_RANK", TorchRun = "WORLD_SIZE";

    /// <summary>Reads an environment.</summary>
    internal static Launch Of(Func<string, string?> variable)
    {
        List<(string, int)> said = [];
        foreach (string name in (string[])[OpenMpi, Hydra, "SLURM_STEP_NUM_TASKS", TorchRun])
            if (int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int size)
                && (name != TorchRun || variable("RANK") is not null))
                said.Add((name, size));
        // In a job's script the number of tasks is set too, where the script itself is one process.
        if (said.All(one => one.Item1 != "SLURM_STEP_NUM_TASKS") && variable("SLURM_STEP_ID") is not null
            && int.TryParse(variable("SLURM_NTASKS"), NumberStyles.None, CultureInfo.InvariantCulture, out int tasks))
            said.Add(("SLURM_NTASKS", tasks));
        bool openMpi = variable(OpenMpi) is not null, hydra = variable(Hydra) is not null;
        return new Launch(openMpi ? MpiFamily.OpenMpi : hydra ? MpiFamily.Mpich : null,
            openMpi || hydra || variable(Pmix) is not null, said);
    }

    /// <summary>Number of processes that a launcher of MPI has announced; 1 where there is none.</summary>
    internal int AnnouncedSize => ByMpi && Said.Count > 0 ? Said[0].Size : 1;

    /// <summary>Refuses an environment that says another number of processes than there are together.</summary>
    /// <param name="size">Of MPI's world, or 1 without MPI.</param>
    /// <param name="library">MPI in use; null without.</param>
    /// <exception cref="MpiException">Each process would take itself for the only one.</exception>
    internal void RequireSize(int size, string? library)
    {
        foreach ((string name, int said) in Said)
        {
            if (said == size)
                continue;
            string found = library is null ? "no launcher of MPI has started this process" : $"{library} knows of {size}";
            throw new MpiException(
                $"{name} says {said} processes, but {found}: each would work alone, into the same files. {Why(name, library)}");
        }
    }

    private static string Why(string name, string? library) => name switch
    {
        OpenMpi or Hydra => $"mpirun and the library are of different MPIs; {MpiLibrary.Variable}=FILE names the one "
            + "that belongs to this mpirun",
        TorchRun => $"torchrun starts no MPI; {Remedy}",
        _ => library is null
            ? $"srun has offered no PMI; {Remedy}; srun --mpi=list says what it can"
            : $"srun offers a PMI that this MPI does not speak; try another of srun --mpi=list; {Remedy}",
    };
}
