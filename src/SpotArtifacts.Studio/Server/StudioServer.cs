using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Radzen;
using SpotArtifacts.Studio.Models;
using SpotArtifacts.Studio.Runs;
using SpotArtifacts.Studio.Starting;

namespace SpotArtifacts.Studio.Server;

/// <summary>The web server: pages, endpoints, and who may see them.</summary>
internal static class StudioServer
{
    /// <summary>Runs until stopped; prints the address.</summary>
    /// <exception cref="StudioException">It cannot listen there.</exception>
    internal static async Task Run(StudioOptions options, TextWriter output, CancellationToken stop)
    {
        await using WebApplication app = await Start(options, stop).ConfigureAwait(false);
        await output.WriteLineAsync(AddressOf(app, options)).ConfigureAwait(false);
        TaskCompletionSource ended = new();
        await using (stop.Register(ended.SetResult))
            await ended.Task.ConfigureAwait(false);
        app.Services.GetRequiredService<RunProcesses>().Dispose();
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(1)); // open pages do not keep it
        await app.StopAsync(patience.Token).ConfigureAwait(false);
    }

    /// <summary>Starts it; whoever calls ends it.</summary>
    /// <exception cref="StudioException">It cannot listen there.</exception>
    internal static async Task<WebApplication> Start(StudioOptions options, CancellationToken stop)
    {
        ListenAddress address = new(options.Host, options.Port);
        // Nothing of the working folder or of the environment changes how it is served.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = "Production",
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = UploadLimits.MostBytes + 65536;
            address.Configure(server);
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None) // what keeps it from starting is said below
            .AddSimpleConsole();
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        AddStudio(builder.Services, options);
        AddWeb(builder.Services, options, address);
        WebApplication app = builder.Build();
        Configure(app, options, address);
        try
        {
            await app.StartAsync(stop).ConfigureAwait(false);
            return app;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw Cannot(e, options);
        }
    }

    /// <summary>What to open in a browser.</summary>
    internal static string AddressOf(WebApplication app, StudioOptions options)
    {
        string url = new ListenAddress(options.Host, options.Port).Url(new Uri(app.Urls.First()).Port);
        return options.Token is { } token ? $"{url}?token={Uri.EscapeDataString(token)}" : url;
    }

    private static StudioException Cannot(Exception e, StudioOptions options) =>
        e is AddressInUseException || e.InnerException is AddressInUseException
            ? new($"port {options.Port} is taken: is a studio running already? Give another one: --port NUMBER", e)
            : new($"cannot listen at {options.Host}, port {options.Port}: {e.Message}", e);

    /// <summary>What pages and endpoints need.</summary>
    internal static void AddStudio(IServiceCollection services, StudioOptions options)
    {
        services.AddSingleton(options).AddSingleton(TimeProvider.System);
        services.AddSingleton(new AllowedFolders(options.RunsFolder, options.ImageFolders));
        services.AddSingleton<RunProcesses>().AddSingleton<RunCatalog>().AddSingleton<RunWatches>().AddSingleton<RunControl>();
        services.AddSingleton<ImagePlaces>().AddSingleton<NewRunStarter>();
        services.AddRadzenComponents();
        services.AddModels();
    }

    private static void AddWeb(IServiceCollection services, StudioOptions options, ListenAddress address)
    {
        services.AddRouting();
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddAntiforgery(forms => forms.Cookie.SameSite = SameSiteMode.Strict);
        // Nothing that is protected outlives the process: no keys are left in the user's folder.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        if (address.IsLoopback)
            services.AddHostFiltering(hosts => hosts.AllowedHosts = ListenAddress.LoopbackNames);
        services.AddRateLimiter(limits =>
        {
            limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limits.OnRejected = (rejected, stop) => new ValueTask(
                rejected.HttpContext.Response.WriteAsync("Too much at once: try again in a second.", stop));
            limits.AddPolicy(UploadLimits.RatePolicy, context => RateLimitPartition.GetTokenBucketLimiter(
                context.Connection.RemoteIpAddress?.ToString() ?? "", _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = 10 * options.RequestsPerSecond,
                    TokensPerPeriod = options.RequestsPerSecond,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                    QueueLimit = 0,
                }));
        });
    }

    private static void Configure(WebApplication app, StudioOptions options, ListenAddress address)
    {
        app.UseSecurityHeaders();
        if (address.IsLoopback)
            app.UseHostFiltering();
        app.UseSameOrigin();
        if (options.Token is { } token)
            app.UseToken(token);
        app.UseStudioAssets();
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseRouting();
        app.UseRateLimiter();
        app.UseAntiforgery();
        app.MapModels();
        app.MapSheets();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(
            interactive => interactive.ContentSecurityFrameAncestorsPolicy = null); // one policy, and it stands in the headers
    }
}
