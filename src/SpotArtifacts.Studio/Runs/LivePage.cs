using Microsoft.AspNetCore.Components;

namespace SpotArtifacts.Studio.Runs;

/// <summary>A page that looks again every second while it is shown.</summary>
public abstract class LivePage : ComponentBase, IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private Task _looking = Task.CompletedTask;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    /// <summary>Now, for what is said in "3 min ago".</summary>
    protected DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>Reads what is shown. Called before the page is drawn and then every second; off the page's own thread.</summary>
    /// <returns>Whether anything has changed.</returns>
    protected abstract bool Look();

    /// <inheritdoc/>
    protected override void OnParametersSet() => Look();

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            _looking = LookAgain();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync().ConfigureAwait(false);
        _gone.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task LookAgain()
    {
        CancellationToken gone = _gone.Token;
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(1), Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(gone).ConfigureAwait(false))
                if (await Task.Run(Look, gone).ConfigureAwait(false))
                    await InvokeAsync(StateHasChanged).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The page is left.
        }
    }
}
