using Microsoft.Extensions.DependencyInjection;
using SpotArtifacts.Studio.Artifacts;
using SpotArtifacts.Studio.Server;

namespace SpotArtifacts.Studio.Models;

/// <summary>What the pages about models need.</summary>
internal static class ModelServices
{
    /// <summary>Adds it; the container disposes what it has made, the last made first.</summary>
    internal static void AddModels(this IServiceCollection services) => services
        .AddSingleton<EngineThread>()
        .AddSingleton<BackgroundWork>()
        .AddSingleton(provider => new ModelCatalog(provider.GetRequiredService<AllowedFolders>()))
        .AddSingleton(provider => new ImageIndices(
            provider.GetRequiredService<AllowedFolders>(), provider.GetRequiredService<BackgroundWork>()))
        .AddSingleton<OpenModels>()
        .AddSingleton<ModelWork>()
        .AddSingleton<RepairWorkshop>();
}
