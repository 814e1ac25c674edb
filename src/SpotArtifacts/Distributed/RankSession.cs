using System.Globalization;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Packing;
using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Distributed;

/// <summary>This process among those that a launcher has started with it; alone where none has.</summary>
internal static class RankSession
{
    private static readonly Lock s_lock = new();
    private static string[] s_hosts = [Environment.MachineName], s_places = [Environment.MachineName];

    /// <summary>The processes that work together: this one alone until <see cref="Start"/>.</summary>
    internal static ICommunicator World { get; private set; } = new SingleProcess();

    /// <summary>Set where all ranks have agreed to stop: then this process ends with the others, not before them.</summary>
    internal static bool StopsTogether { get; set; }

    /// <summary>In front of messages, as <c>rank 1 of 2 (host): </c>; empty for one process.</summary>
    internal static string Prefix => World.Size == 1 ? "" : $"{Name(World.Rank)}: ";

    /// <summary>Where each rank runs, as <c>0 host:1234, 1 host:1235</c>: some launchers name a process by its number alone.</summary>
    internal static string Places => string.Join(", ", s_places.Select((place, rank) => $"{rank} {place}"));

    /// <summary>A rank in words.</summary>
    internal static string Name(int rank) => $"rank {rank} of {World.Size} ({s_places[Math.Min(rank, s_places.Length - 1)]})";

    /// <summary>Number of this process among those on its machine.</summary>
    internal static int LocalRank => s_hosts.Take(World.Rank).Count(host => host == s_hosts[World.Rank]);

    /// <summary>Joins the processes that were started together; only once does anything happen.</summary>
    /// <exception cref="MpiException">MPI is missing or does not start, or the environment says another number.</exception>
    internal static ICommunicator Start()
    {
        lock (s_lock)
        {
            if (World is MpiCommunicator)
                return World;
            Launch launch = Launch.Of(Environment.GetEnvironmentVariable);
            if (!launch.ByMpi)
            {
                launch.RequireSize(1, null);
                return World;
            }
            MpiLibrary library = MpiLibrary.Current;
            if (library.Handle == 0)
                throw new MpiException("a launcher of MPI has started this process, but no MPI can be loaded: "
                    + $"{string.Join("; ", library.Others)}. Install the launcher's library, or name it by "
                    + $"{MpiLibrary.Variable}=FILE");
            var started = MpiCommunicator.Start(library);
            launch.RequireSize(started.Size, library.Version);
            World = started;
            s_hosts = RankText.Gather(started, Environment.MachineName);
            s_places = RankText.Gather(started, $"{Environment.MachineName}:{Environment.ProcessId}");
            return started;
        }
    }

    /// <summary>Threads of one operator where ranks share a machine and nobody has said; null leaves it to the usual rule.</summary>
    internal static int? Threads => World.Size == 1 || Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is not null ? null
        : Math.Max(1, Environment.ProcessorCount / s_hosts.Count(host => host == s_hosts[World.Rank]));

    /// <summary>Does something on rank 0, and then something else on the others.</summary>
    internal static T InTurn<T>(Func<T> first, Func<T> others)
    {
        T? made = World.Rank == 0 ? first() : default;
        World.Barrier();
        return World.Rank == 0 ? made! : others();
    }

    /// <summary>Work over a set of images that all ranks share, once they have made sure that it is the same work.</summary>
    /// <param name="set">The images, as each rank has found them.</param>
    /// <param name="with">What else must be equal.</param>
    /// <exception cref="MpiException">A rank has other images.</exception>
    internal static IWorkShare ShareOf(ImageSet set, string with = "")
    {
        IWorkShare share = Share();
        if (share.Size > 1)
            StartAgreement.Require(World, [("set of images", SetDigest.Of(set)), ("network", with)]);
        return share;
    }

    /// <summary>Work that all ranks share, once they have made sure that they are of one version.</summary>
    /// <exception cref="MpiException">A rank is of another.</exception>
    internal static IWorkShare Share()
    {
        if (World.Size == 1)
            return WholeShare.Instance;
        StartAgreement.Require(World, [("version", typeof(RankSession).Assembly.ManifestModule.ModuleVersionId.ToString())]);
        return new RankShare(World);
    }

    /// <summary>Of the devices of a machine, each of its ranks takes one, from the named one on.</summary>
    internal static string DeviceOf(string name)
    {
        const string cuda = "cuda";
        if (World.Size == 1 || !name.StartsWith(cuda, StringComparison.Ordinal))
            return name;
        int first = name.Length > cuda.Length ? int.Parse(name.AsSpan(cuda.Length + 1), CultureInfo.InvariantCulture) : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{cuda}:{first + LocalRank}");
    }

    /// <summary>Ends MPI: in order where the work is done or was stopped by all, else all ranks at once.</summary>
    /// <param name="status">The exit status of this process.</param>
    internal static void End(int status)
    {
        if (World is SingleProcess)
            return;
        if (status == 0 || StopsTogether)
            World.Dispose();
        else
            World.Abort(status);
    }
}
