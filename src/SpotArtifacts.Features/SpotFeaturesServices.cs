using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace SpotArtifacts.Features;

/// <summary>What <see cref="SpotFeaturesServices.AddSpotFeatures"/> loads.</summary>
public sealed class SpotFeaturesOptions
{
    /// <summary>An exported model: <c>spot export RUN --format onnx --out FILE</c>.</summary>
    public string ModelFile { get; set; } = "";

    /// <summary>Which features.</summary>
    public SpotModelOptions Features { get; set; } = new();
}

/// <summary>Features from a container of services.</summary>
public static class SpotFeaturesServices
{
    /// <summary>
    /// Registers one <see cref="SpotModel"/> for the whole application: loaded when it is first asked for, thread-safe,
    /// disposed with the container. Settings may as well come from
    /// <c>services.Configure&lt;SpotFeaturesOptions&gt;(configuration)</c>. With it comes a <see cref="SpotEmbeddingGenerator"/>, also as
    /// <c>IEmbeddingGenerator&lt;DataContent, Embedding&lt;float&gt;&gt;</c> unless the application registers one of its own, such as
    /// <c>services.AddEmbeddingGenerator(provider =&gt; provider.GetRequiredService&lt;SpotEmbeddingGenerator&gt;()).UseLogging()</c>.
    /// </summary>
    /// <param name="services">The container's services.</param>
    /// <param name="configure">Says what to load.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddSpotFeatures(
        this IServiceCollection services, Action<SpotFeaturesOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        OptionsBuilder<SpotFeaturesOptions> options = services.AddOptions<SpotFeaturesOptions>();
        if (configure is not null)
            options.Configure(configure);
        options.Validate(
            value => !string.IsNullOrWhiteSpace(value.ModelFile),
            $"{nameof(SpotFeaturesOptions)}.{nameof(SpotFeaturesOptions.ModelFile)} is empty; set it to a file that spot "
            + "export RUN --format onnx wrote");
        services.TryAddSingleton(provider =>
        {
            SpotFeaturesOptions value = provider.GetRequiredService<IOptions<SpotFeaturesOptions>>().Value;
            return SpotModel.Load(value.ModelFile, value.Features);
        });
        services.TryAddSingleton(provider => new SpotEmbeddingGenerator(provider.GetRequiredService<SpotModel>()));
        services.TryAddSingleton<IEmbeddingGenerator<DataContent, Embedding<float>>>(
            provider => provider.GetRequiredService<SpotEmbeddingGenerator>());
        return services;
    }
}
