// Arrow keys go from button to button instead of scrolling the page: only a script can keep them from that.
export function move(grid, columns) {
    grid.addEventListener('keydown', event => {
        const cells = [...grid.querySelectorAll('button')], at = cells.indexOf(document.activeElement);
        const row = Math.floor(at / columns), column = at % columns;
        const to = {
            ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1], ArrowUp: [row - 1, column], ArrowDown: [row + 1, column],
            Home: [row, 0], End: [row, columns - 1],
        }[event.key];
        if (at < 0 || !to || event.ctrlKey || event.metaKey || event.altKey)
            return;
        event.preventDefault();
        if (to.every(place => place >= 0 && place < columns))
            cells[to[0] * columns + to[1]].focus();
    });
    grid.dataset.keys = 'arrows';
}
